"""What templates ask of recipes."""

from __future__ import annotations

from django import template

from gallery.recipes import can_reproduce, import_outcome

register = template.Library()
register.filter(can_reproduce)
register.filter(import_outcome)
