"""Jobs know the request that asked for them."""

import avatarsite.core.logs
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("videos", "0007_vendors_that_make_videos")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="request_id",
            field=models.CharField(
                blank=True,
                db_default="",
                default=avatarsite.core.logs.request_id,
                editable=False,
                help_text="Who queued it.",
                max_length=64,
            ),
        )
        for name in ("lipsync", "speech", "video")
    ]
