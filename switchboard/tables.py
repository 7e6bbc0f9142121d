"""The one table of the composition: when each clock process last said that it is alive."""

from datetime import datetime

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base, UtcDateTime


class HeartbeatRow(Base):
    """A clock process, the instant of its last tick, and how late that tick was, in seconds."""

    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    late_seconds: Mapped[float] = mapped_column(Float, default=0.0)
