"""The generic platform: any PBX that can send and receive signed CloudEvents."""

from app.providers.generic.provider import Generic

__all__ = ["Generic"]
