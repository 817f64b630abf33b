"""The whole site's addresses."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from gallery.urls import api as gallery_api
from gallery.usage import usage
from generator.urls import api as generator_api
from musicsite import accounts
from musicsite.accounts import for_members, not_for_members
from musicsite.languages import set_language, words
from musicsite.views import SwaggerView, TokenView, healthz

handler400 = "musicsite.errors.bad_request"
handler403 = "musicsite.errors.forbidden"
handler404 = "musicsite.errors.not_found"
handler429 = "musicsite.errors.too_many"
handler500 = "musicsite.errors.server_error"

# Who runs the site signs in where all do, under the same limits on tries.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

account_pages: list[URLPattern | URLResolver] = [
    # Those of allauth's pages that a guest or a member sees otherwise; the first that matches an address
    # answers.
    path("login/", not_for_members(account.login), name="account_login"),
    path("signup/", not_for_members(account.signup), name="account_signup"),
    path("email/", for_members(account.email), name="account_email"),
    path("password/change/", for_members(account.password_change), name="account_change_password"),
    path("password/set/", for_members(account.password_set), name="account_set_password"),
    path("reauthenticate/", for_members(account.reauthenticate), name="account_reauthenticate"),
    path("", include("allauth.account.urls")),
]

urlpatterns = [
    path("", include("gallery.urls")),
    path("", include("generator.urls")),
    path("accounts/", include(account_pages)),
    path("settings/", accounts.settings_page, name="settings"),
    path("settings/delete/", accounts.account_delete_page, name="settings_delete"),
    path("settings/deleted/", accounts.account_deleted_page, name="account_deleted"),
    path("language/", set_language, name="set_language"),
    path("words/<slug:language>.<slug:version>.js", words, name="words"),
    path("healthz", healthz, name="healthz"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SwaggerView.as_view(url_name="schema"), name="api_docs"),
    path("api/v1/tokens/", TokenView.as_view(), name="api-tokens"),
    path("api/v1/", include(generator_api)),
    path("api/v1/", include(gallery_api)),
    path("admin/usage/", usage, name="usage"),
    path("admin/", admin.site.urls),
]
