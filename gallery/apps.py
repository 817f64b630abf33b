from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GalleryConfig(AppConfig):
    name = "gallery"
    verbose_name = _("Gallery")

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from gallery import actors  # noqa: F401 - the broker must know them
        from gallery.audio import piece_deleted
        from gallery.listing import listing_deleted
        from gallery.models import Listing, Piece

        post_delete.connect(listing_deleted, sender=Listing, dispatch_uid="search")
        post_delete.connect(piece_deleted, sender=Piece, dispatch_uid="audio")
