"""Addresses of what people do with pieces and with one another."""

from django.urls import path

from gallery import export_views as exports
from gallery import people_views as people
from gallery import social_api as apis
from gallery import social_views as views
from gallery.consumers import NoticeConsumer

urlpatterns = [
    path("pieces/<str:code>/alike/", views.alike, name="piece_alike"),
    path("pieces/<str:code>/rate/", views.rate, name="piece_rate"),
    path("pieces/<str:code>/unrate/", views.unrate, name="piece_unrate"),
    path("pieces/<str:code>/comments/", views.comment, name="piece_comment"),
    path("pieces/<str:code>/like/", views.like, name="piece_like"),
    path("pieces/<str:code>/unlike/", views.unlike, name="piece_unlike"),
    path("pieces/<str:code>/collect/", views.collect, name="piece_collect"),
    path("pieces/<str:code>/remix/", views.remix, name="piece_remix"),
    path("pieces/<str:code>/publish/", views.publish, name="piece_publish"),
    path("pieces/<str:code>/take-down/", views.take_down, name="piece_take_down"),
    path("pieces/<str:code>/link/", views.link_renew, name="piece_link_renew"),
    path("pieces/<str:code>/recipe/", views.recipe, name="piece_recipe"),
    path("pieces/<str:code>/report/", views.report_piece, name="piece_report"),
    path("pieces/<str:code>/appeal/", views.appeal_piece, name="piece_appeal"),
    path("comments/<str:code>/delete/", views.comment_delete, name="comment_delete"),
    path("comments/<str:code>/report/", views.report_comment, name="comment_report"),
    path("people/<str:name>/", people.person, name="person"),
    path("people/<str:name>/follow/", people.follow, name="person_follow"),
    path("people/<str:name>/unfollow/", people.unfollow, name="person_unfollow"),
    path("people/<str:name>/report/", views.report_person, name="person_report"),
    path("people/<str:name>/about/report/", views.report_profile, name="profile_report"),
    path("feed/", people.feed, name="feed"),
    path("favourites/", people.favourites, name="favourites"),
    path("collections/", people.collection_new, name="collection_new"),
    path("collections/<str:code>/", people.collection, name="collection"),
    path("collections/<str:code>/change/", people.collection_change, name="collection_change"),
    path("collections/<str:code>/delete/", people.collection_delete, name="collection_delete"),
    path("collections/<str:code>/report/", views.report_collection, name="collection_report"),
    path("collections/<str:code>/appeal/", views.appeal_collection, name="collection_appeal"),
    path("collections/<str:code>/remove/", people.collection_remove, name="collection_remove"),
    path("notices/", people.notices_page, name="notices"),
    path("reports/", people.reports_page, name="reports"),
    path("settings/notices/", people.notices_settings, name="settings_notices"),
    path("settings/export/", exports.export_page, name="settings_export"),
    path("settings/export/new/", exports.export_new, name="settings_export_new"),
    path("settings/export/<str:code>/", exports.export_download, name="settings_export_file"),
    path("settings/profile/", people.profile_settings, name="settings_profile"),
    path("settings/profile/appeal/", views.appeal_profile, name="profile_appeal"),
]
api = [
    path("gallery/", apis.GalleryView.as_view(), name="api-gallery"),
    path("feed/", apis.FeedView.as_view(), name="api-feed"),
    path("favourites/", apis.FavouriteListView.as_view(), name="api-favourites"),
    path("notices/", apis.NoticeListView.as_view(), name="api-notices"),
    path("reports/", apis.ReportListView.as_view(), name="api-reports"),
    path("pieces/<str:code>/plays/", apis.PlaysView.as_view(), name="api-piece-plays"),
    path("pieces/<str:code>/rating/", apis.RatingView.as_view(), name="api-piece-rating"),
    path("pieces/<str:code>/comments/", apis.CommentListView.as_view(), name="api-piece-comments"),
    path("pieces/<str:code>/family/", apis.FamilyView.as_view(), name="api-piece-family"),
    path("pieces/<str:code>/alike/", apis.AlikeView.as_view(), name="api-piece-alike"),
    path("pieces/<str:code>/remix/", apis.RemixView.as_view(), name="api-piece-remix"),
    path("pieces/<str:code>/favourite/", apis.FavouriteView.as_view(), name="api-piece-favourite"),
    path("pieces/<str:code>/link/", apis.LinkView.as_view(), name="api-piece-link"),
    path("pieces/<str:code>/report/", apis.PieceReportView.as_view(), name="api-piece-report"),
    path("comments/<str:code>/", apis.CommentView.as_view(), name="api-comment"),
    path("comments/<str:code>/report/", apis.CommentReportView.as_view(), name="api-comment-report"),
    path("people/<str:name>/", apis.PersonView.as_view(), name="api-person"),
    path("people/<str:name>/report/", apis.PersonReportView.as_view(), name="api-person-report"),
    path("people/<str:name>/about/report/", apis.ProfileReportView.as_view(), name="api-profile-report"),
    path("people/<str:name>/pieces/", apis.PersonPiecesView.as_view(), name="api-person-pieces"),
    path("people/<str:name>/follow/", apis.FollowView.as_view(), name="api-person-follow"),
    path("collections/", apis.CollectionListView.as_view(), name="api-collections"),
    path("collections/<str:code>/", apis.CollectionView.as_view(), name="api-collection"),
    path("collections/<str:code>/report/", apis.CollectionReportView.as_view(), name="api-collection-report"),
    path(
        "collections/<str:code>/pieces/<str:piece>/",
        apis.CollectionPieceView.as_view(),
        name="api-collection-piece",
    ),
]
sockets = [path("ws/notices/", NoticeConsumer.as_asgi())]
