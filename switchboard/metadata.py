"""Every table of the house in one metadata; the only file that imports them all."""

import foundation.audit
import intake.tables
import oncall.tables
import routing.tables
import switchboard.tables
import telephony.tables
from foundation.db import Base

METADATA = Base.metadata
TABLES = (foundation.audit, intake.tables, oncall.tables, routing.tables, switchboard.tables, telephony.tables)
