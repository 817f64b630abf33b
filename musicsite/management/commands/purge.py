"""Clears away what nobody will miss. To be run once a day."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.sessions.models import Session
from django.core.management import BaseCommand
from django.db import connection
from django.utils import timezone

from gallery.exports import exports_purge
from gallery.once import keys_purge
from gallery.services import pieces_purge
from generator.services import jobs_purge
from musicsite.accounts import guests_idle


class Command(BaseCommand):
    help = "Delete guests who did not come back, pieces past their undo, old jobs and sessions that ran out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many guests would go")

    def handle(self, *args: Any, **options: Any) -> None:
        guests = guests_idle()
        if options["dry_run"]:
            self.stdout.write(f"{guests.count()} idle guests would go")
            return
        n_guests = guests.count()
        for guest in guests.iterator():
            guest.delete()
        n_pieces, n_jobs = pieces_purge(), jobs_purge()
        exports_purge()
        keys_purge()
        n_sessions, _by_model = Session.objects.filter(expire_date__lt=timezone.now()).delete()
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            with connection.cursor() as cursor:  # what was deleted leaves the side file too
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.stdout.write(
            f"Gone: {n_guests} guests, {n_pieces} deleted pieces, {n_jobs} old jobs, {n_sessions} sessions"
        )
