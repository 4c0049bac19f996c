"""The store on PostgreSQL (`store`), behind the same seam as on SQLite. Imported only where a site's store is there."""
