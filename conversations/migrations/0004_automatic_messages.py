from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0003_contact_lists_and_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='is_automatic',
            field=models.BooleanField(default=False),
        ),
    ]
