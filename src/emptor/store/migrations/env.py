"""What Alembic runs to migrate: the connection comes from `emptor.store.migrate`, already inside a transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
