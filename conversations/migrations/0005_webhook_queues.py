from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0004_automatic_messages'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='webhookdelivery',
            name='webhook_delivery_due',
        ),
        migrations.AlterField(
            model_name='webhook',
            name='disabled_reason',
            field=models.CharField(blank=True, choices=[('failing', 'It has failed for three days'), ('gone', 'The receiver answered that it is gone for good')], max_length=200),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['webhook', 'due_at'], name='webhook_delivery_waiting'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['webhook'], name='webhook_delivery_sending'),
        ),
    ]
