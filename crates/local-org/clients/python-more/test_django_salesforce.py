"""django-salesforce, unchanged: Django's models over SOQL and REST."""

import django
import pytest
from django.conf import settings


@pytest.fixture(scope="module")
def models(org):
    app = org.app(username_password=True)
    database = {
        "ENGINE": "salesforce.backend", "CONSUMER_KEY": app["consumer_key"], "CONSUMER_SECRET": app["consumer_secret"],
        "USER": org.username, "PASSWORD": org.password, "HOST": org.url,
    }
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}, "salesforce": database},
        DATABASE_ROUTERS=["salesforce.router.ModelRouter"],
        INSTALLED_APPS=["salesforce"],
        SALESFORCE_DB_ALIAS="salesforce",
        USE_TZ=True,
    )
    django.setup()
    from salesforce import models

    class Account(models.Model):
        name = models.CharField(db_column="Name", max_length=255)
        phone = models.CharField(db_column="Phone", max_length=40, null=True)
        created = models.DateTimeField(db_column="CreatedDate", sf_read_only=models.READ_ONLY)

        class Meta(models.Model.Meta):
            app_label, db_table, managed = "tests", "Account", False

    return type("Models", (), {"Account": Account})


def test_models_are_created_found_changed_and_deleted(models, mark):
    from datetime import datetime, timezone

    account = models.Account.objects.create(name=f"{mark} O'Brien")
    found = models.Account.objects.filter(name__startswith=mark, created__gt=datetime(2024, 1, 1, tzinfo=timezone.utc))
    assert [one.pk for one in found] == [account.pk]
    account.phone = "1"
    account.save()
    assert models.Account.objects.get(pk=account.pk).phone == "1"
    assert found.exclude(phone=None).count() == 1
    models.Account.objects.bulk_create([models.Account(name=f"{mark} {n}") for n in range(3)])
    assert found.all().count() == 4
    account.delete()
    assert found.all().count() == 3
