-- Made from tables.py by `python -m sop_engine.store.tables`; a test compares.

CREATE TABLE step (
  site TEXT NOT NULL,
  ticket TEXT NOT NULL,
  number INTEGER NOT NULL,
  data BLOB NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (site, ticket, number)
)
 STRICT;

CREATE TABLE value (
  site TEXT NOT NULL,
  ticket TEXT NOT NULL,
  number INTEGER NOT NULL,
  slot TEXT NOT NULL,
  commitment TEXT NOT NULL,
  salt TEXT,
  value TEXT,
  PRIMARY KEY (site, ticket, number, slot)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE blob (
  site TEXT NOT NULL,
  digest TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (site, digest)
)
 STRICT;

CREATE TABLE ticket (
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  tail TEXT NOT NULL,
  procedure TEXT NOT NULL,
  digest TEXT NOT NULL,
  version INTEGER NOT NULL,
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,
  status TEXT NOT NULL,
  outcome TEXT,
  state TEXT NOT NULL,
  subject TEXT NOT NULL,
  unit TEXT,
  owner TEXT NOT NULL,
  tasks TEXT NOT NULL,
  opened TEXT NOT NULL,
  recorded TEXT NOT NULL,
  effective TEXT NOT NULL,
  next_due TEXT,
  parent TEXT,
  promised TEXT,
  missed TEXT,
  urged INTEGER NOT NULL,
  suspended TEXT,
  body TEXT,
  PRIMARY KEY (site, id)
)
 STRICT;

CREATE INDEX ticket_left ON ticket (site, (CASE WHEN missed < coalesce(promised, '~') THEN missed ELSE coalesce(promised, next_due, '~~') END), id) WHERE status = 'open';

CREATE INDEX ticket_missed ON ticket (site, missed, promised, id) WHERE missed IS NOT NULL;

CREATE INDEX ticket_opened ON ticket (site, opened, id);

CREATE INDEX ticket_owner ON ticket (site, owner, status, opened, id);

CREATE INDEX ticket_parent ON ticket (site, parent) WHERE parent IS NOT NULL;

CREATE INDEX ticket_procedure ON ticket (site, procedure, status, opened, id);

CREATE INDEX ticket_promised ON ticket (site, promised, id, procedure) WHERE promised IS NOT NULL;

CREATE INDEX ticket_state ON ticket (site, state, opened, id) WHERE status = 'open';

CREATE INDEX ticket_status ON ticket (site, status, opened, id);

CREATE INDEX ticket_suspended ON ticket (site, opened, id) WHERE suspended IS NOT NULL;

CREATE INDEX ticket_tail ON ticket (site, tail);

CREATE INDEX ticket_unit ON ticket (site, unit) WHERE unit IS NOT NULL;

CREATE TABLE task (
  site TEXT NOT NULL,
  ticket TEXT NOT NULL,
  region TEXT NOT NULL,
  assignee TEXT,
  role TEXT,
  PRIMARY KEY (site, ticket, region)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX task_assignee ON task (site, assignee) WHERE assignee IS NOT NULL;

CREATE INDEX task_offered ON task (site, role) WHERE assignee IS NULL;

CREATE TABLE timer (
  site TEXT NOT NULL,
  ticket TEXT NOT NULL,
  "key" TEXT NOT NULL,
  due TEXT NOT NULL,
  aside TEXT,
  PRIMARY KEY (site, ticket, "key")
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX timer_due ON timer (site, aside, due);

CREATE TABLE finding (
  site TEXT NOT NULL,
  ticket TEXT NOT NULL,
  part TEXT NOT NULL,
  personal TEXT NOT NULL,
  id INTEGER NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (site, ticket, part)
)
 STRICT;

CREATE UNIQUE INDEX finding_id ON finding (site, id);

CREATE TABLE outbox (
  site TEXT NOT NULL,
  ticket TEXT NOT NULL,
  number INTEGER NOT NULL,
  position INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  channel TEXT NOT NULL,
  id INTEGER NOT NULL,
  notice TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_at TEXT NOT NULL,
  bundle TEXT,
  held TEXT,
  error TEXT,
  sent TEXT,
  rendered TEXT,
  PRIMARY KEY (site, ticket, number, position, recipient, channel)
)
 WITHOUT ROWID,
 STRICT;

CREATE UNIQUE INDEX outbox_id ON outbox (site, id);

CREATE INDEX outbox_kind ON outbox (site, ticket, kind) WHERE status = 'waiting' AND kind <> '';

CREATE INDEX outbox_unsent ON outbox (site, status, next_at) WHERE sent IS NULL;

CREATE TABLE counter (
  site TEXT NOT NULL,
  prefix TEXT NOT NULL,
  day TEXT NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (site, prefix, day)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE idempotency (
  site TEXT NOT NULL,
  "key" TEXT NOT NULL,
  ticket TEXT NOT NULL,
  number INTEGER NOT NULL,
  request TEXT NOT NULL,
  salt TEXT,
  PRIMARY KEY (site, "key")
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX idempotency_ticket ON idempotency (site, ticket, number);

CREATE TABLE refusal (
  site TEXT NOT NULL,
  number INTEGER NOT NULL,
  at TEXT NOT NULL,
  ticket TEXT NOT NULL,
  actor TEXT NOT NULL,
  login TEXT NOT NULL,
  command TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (site, number)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX refusal_ticket ON refusal (site, ticket, number);

CREATE TABLE version (
  site TEXT NOT NULL,
  procedure TEXT NOT NULL,
  number INTEGER NOT NULL,
  digest TEXT NOT NULL,
  text TEXT NOT NULL,
  places TEXT NOT NULL,
  published TEXT NOT NULL,
  publisher TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (site, procedure, number)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX version_digest ON version (site, digest);

CREATE TABLE person (
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  active INTEGER NOT NULL,
  name TEXT NOT NULL,
  rights TEXT NOT NULL,
  contact TEXT NOT NULL,
  language TEXT,
  PRIMARY KEY (site, id)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE holding (
  site TEXT NOT NULL,
  person TEXT NOT NULL,
  role TEXT NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (site, person, role, scope)
)
 WITHOUT ROWID,
 STRICT;

CREATE INDEX holding_role ON holding (site, role);

CREATE TABLE login (
  site TEXT NOT NULL,
  login TEXT NOT NULL,
  actor TEXT,
  people TEXT NOT NULL,
  PRIMARY KEY (site, login)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE unit (
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (site, id)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE meta (
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (site, name)
)
 WITHOUT ROWID,
 STRICT;
