"""The JSON API of agents, supervisors and admins under /api/v1 (NL API Design Rules; domain §6)."""

from app.web.api.build import PREFIX, Api, build, description

__all__ = ["PREFIX", "Api", "build", "description"]
