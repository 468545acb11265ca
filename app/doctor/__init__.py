"""What may be wrong with an installation, where, and what to do: looked at part by part, told in plain words."""

from app.doctor.findings import Told, grade, told
from app.doctor.words import Finding, Grade

__all__ = ["Finding", "Grade", "Told", "grade", "told"]
