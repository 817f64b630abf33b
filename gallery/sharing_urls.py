"""Addresses of all that carries a piece elsewhere."""

from django.contrib.sitemaps import views as sitemaps
from django.urls import path

from gallery import sharing_api, sharing_views
from gallery.feeds import GalleryFeed, PersonFeed, TagFeed
from gallery.sitemaps import SITEMAPS, robots

urlpatterns = [
    path("pieces/<str:code>/card.png", sharing_views.card, name="piece-card"),
    path("pieces/<str:code>/clip.mp3", sharing_views.clip, name="piece-clip"),
    path("pieces/<str:code>/roll.svg", sharing_views.miniature, name="piece-roll"),
    path("embed/<str:code>/", sharing_views.embed, name="embed"),
    path("oembed/", sharing_views.oembed_answer, name="oembed"),
    path("gallery/feed.atom", GalleryFeed(), name="gallery-atom"),
    path("people/<str:name>/feed.atom", PersonFeed(), name="person-atom"),
    path("tags/<str:tag>/feed.atom", TagFeed(), name="tag-atom"),
    path(
        "sitemap.xml",
        sitemaps.index,
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-of"},
        name="sitemap",
    ),
    path("sitemap-<section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap-of"),
    path("robots.txt", robots, name="robots"),
]
api = [
    path("pieces/<str:code>/audio/", sharing_api.AudioView.as_view(), name="api-piece-audio"),
    path(
        "pieces/<str:code>/audio/state/", sharing_api.AudioStateView.as_view(), name="api-piece-audio-state"
    ),
    path(
        "pieces/<str:code>/reproduction/",
        sharing_api.ReproductionView.as_view(),
        name="api-piece-reproduction",
    ),
    path("recipes/", sharing_api.RecipeImportView.as_view(), name="api-recipes"),
]
