from django.db import migrations, models

import videos.models


class Migration(migrations.Migration):
    dependencies = [("videos", "0004_personas_documents_calls_usage")]

    operations = [
        migrations.RemoveField(model_name="video", name="playlist"),
        migrations.RemoveField(model_name="video", name="fragments"),
        migrations.AddField(
            model_name="video",
            name="playlist",
            field=models.FileField(
                blank=True,
                default="",
                editable=False,
                help_text="HLS; its addresses are unsigned.",
                max_length=200,
                upload_to=videos.models._file_name,
            ),
            preserve_default=False,
        ),
    ]
