from django.db import migrations


def add_domains(apps, schema_editor):
    """Each mailbox's domain has a row, as those that are added later."""
    mailboxes = apps.get_model("email_channel", "Mailbox").objects.values_list("address", flat=True)
    domains = apps.get_model("email_channel", "SendingDomain").objects
    names = {address.rpartition("@")[2] for address in mailboxes}
    domains.bulk_create([domains.model(name=name) for name in sorted(names)], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("email_channel", "0004_mail_set_aside"),
    ]

    operations = [
        migrations.RunPython(add_domains, migrations.RunPython.noop),
    ]
