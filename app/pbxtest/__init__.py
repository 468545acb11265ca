"""`warmlijn pbx-test URL`: plays the generic contract against somebody's PBX and names each deviation."""

from app.pbxtest.running import Phones, run

__all__ = ["Phones", "run"]
