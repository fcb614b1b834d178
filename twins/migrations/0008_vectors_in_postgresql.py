from django.db import migrations

from twins.knowledge import vector_table


# Only where PostgreSQL has pgvector and its user may use it; `manage.py index_vectors` does the same later.
def make(apps, schema_editor):
    vector_table.make_if_allowed()


def drop(apps, schema_editor):
    vector_table.drop()


class Migration(migrations.Migration):
    dependencies = [
        ("twins", "0007_replicas_that_are_deleted"),
    ]

    operations = [
        migrations.RunPython(make, drop),
    ]
