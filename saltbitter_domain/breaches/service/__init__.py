"""Noticing breaches, keeping the register of them, and telling members."""

from saltbitter_domain.breaches.service.detection import DetectionService
from saltbitter_domain.breaches.service.register import BreachService

__all__ = ["BreachService", "DetectionService"]
