"""What Alembic runs: the migrations, on the connection that it is handed."""

from alembic import context

from serving.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
)
context.run_migrations()
