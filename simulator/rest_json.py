"""Calls, texts, queues, recordings and numbers as the carrier's REST side writes them."""

import io
import math
import struct
import wave
from datetime import datetime
from typing import Any

from simulator.calls import Call, rfc2822
from simulator.exchange import API_VERSION, Exchange, ServiceNumber
from simulator.messages import Message, Recording, segments
from simulator.queues import Membership, Queue

Json = dict[str, Any]
NORTH_AMERICAN = 12
SAMPLES_PER_SECOND = 8_000
TONE_HERTZ = 440
TONE_SAMPLES = 2_000


def account_uri(exchange: Exchange) -> str:
    """Return the path that every resource of the account begins with."""
    return f"/{API_VERSION}/Accounts/{exchange.account_sid}"


def date(at: datetime | None) -> str | None:
    """Write an instant, None for none."""
    return rfc2822(at) if at else None


def formatted(number: str) -> str:
    """Write a North American number as people there do."""
    if number.startswith("+1") and len(number) == NORTH_AMERICAN:
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return number


def call_json(exchange: Exchange, call: Call) -> Json:
    """Write a call; one that is placed but not yet ringing still counts as queued here."""
    uri = f"{account_uri(exchange)}/Calls/{call.sid}"
    status = "queued" if call.status == "initiated" else call.status
    own = exchange.numbers.get(call.to_number if call.direction == "inbound" else call.from_number)
    return {
        "sid": call.sid,
        "account_sid": exchange.account_sid,
        "parent_call_sid": call.parent.sid if call.parent else None,
        "to": call.to_number,
        "to_formatted": formatted(call.to_number),
        "from": call.from_number,
        "from_formatted": formatted(call.from_number),
        "phone_number_sid": own.sid if own else None,
        "status": status,
        "direction": call.direction,
        "start_time": date(call.answered or call.placed),
        "end_time": date(call.ended),
        "duration": str(call.seconds) if call.is_over else None,
        "date_created": date(call.created),
        "date_updated": date(call.updated),
        "price": None,
        "price_unit": "USD",
        "answered_by": None,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "api_version": API_VERSION,
        "annotation": None,
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
    }


def message_json(exchange: Exchange, message: Message) -> Json:
    """Write a text."""
    uri = f"{account_uri(exchange)}/Messages/{message.sid}"
    return {
        "sid": message.sid,
        "account_sid": exchange.account_sid,
        "messaging_service_sid": None,
        "from": message.from_number,
        "to": message.to_number,
        "body": message.body,
        "status": message.status,
        "direction": message.direction,
        "num_segments": str(segments(message.body)),
        "num_media": "0",
        "error_code": message.error_code,
        "error_message": None,
        "date_created": date(message.created),
        "date_updated": date(message.updated),
        "date_sent": date(message.sent),
        "price": None,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def queue_json(exchange: Exchange, queue: Queue) -> Json:
    """Write a queue."""
    uri = f"{account_uri(exchange)}/Queues/{queue.sid}"
    return {
        "sid": queue.sid,
        "account_sid": exchange.account_sid,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "max_size": queue.max_size,
        "average_wait_time": queue.average_seconds(exchange.now()),
        "date_created": date(queue.created),
        "date_updated": date(queue.updated),
        "uri": f"{uri}.json",
        "subresource_uris": {"members": f"{uri}/Members.json"},
    }


def member_json(exchange: Exchange, queue: Queue, member: Membership) -> Json:
    """Write a caller's place in a queue."""
    return {
        "call_sid": member.call.sid,
        "queue_sid": queue.sid,
        "date_enqueued": date(member.joined),
        "position": queue.position_of(member.call),
        "wait_time": member.seconds(exchange.now()),
        "uri": f"{account_uri(exchange)}/Queues/{queue.sid}/Members/{member.call.sid}.json",
    }


def recording_json(exchange: Exchange, recording: Recording) -> Json:
    """Write a recording."""
    uri = f"{account_uri(exchange)}/Recordings/{recording.sid}"
    return {
        "sid": recording.sid,
        "account_sid": exchange.account_sid,
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "status": "completed",
        "source": "RecordVerb",
        "channels": 1,
        "duration": str(recording.seconds),
        "start_time": date(recording.created),
        "date_created": date(recording.created),
        "date_updated": date(recording.created),
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "encryption_details": None,
        "api_version": API_VERSION,
        "media_url": exchange.api_base + uri,
        "uri": f"{uri}.json",
        "subresource_uris": {"transcriptions": f"{uri}/Transcriptions.json"},
    }


def number_json(exchange: Exchange, number: ServiceNumber) -> Json:
    """Write a number of the account."""
    return {
        "sid": number.sid,
        "account_sid": exchange.account_sid,
        "friendly_name": number.friendly_name or formatted(number.number),
        "phone_number": number.number,
        "voice_url": number.voice_url,
        "voice_method": number.voice_method,
        "voice_fallback_url": number.voice_fallback_url,
        "voice_fallback_method": number.voice_fallback_method,
        "status_callback": number.status_callback,
        "status_callback_method": number.status_callback_method,
        "sms_url": number.sms_url,
        "sms_method": number.sms_method,
        "sms_fallback_url": number.sms_fallback_url,
        "sms_fallback_method": number.sms_fallback_method,
        "voice_caller_id_lookup": False,
        "voice_application_sid": "",
        "sms_application_sid": "",
        "trunk_sid": None,
        "beta": False,
        "origin": "twilio",
        "status": "in-use",
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "address_requirements": "none",
        "date_created": None,
        "date_updated": None,
        "api_version": API_VERSION,
        "uri": f"{account_uri(exchange)}/IncomingPhoneNumbers/{number.sid}.json",
    }


def account_json(exchange: Exchange) -> Json:
    """Write the account."""
    return {
        "sid": exchange.account_sid,
        "friendly_name": "Simulated account",
        "status": "active",
        "type": "Full",
        "owner_account_sid": exchange.account_sid,
        "auth_token": None,
        "date_created": None,
        "date_updated": None,
        "uri": f"{account_uri(exchange)}.json",
        "subresource_uris": {},
    }


def recording_wave(recording: Recording) -> bytes:
    """Make a sound file as long as the recording: a tone of a quarter of a second, then silence (8 kHz, 16 bit)."""
    tone = (int(4_000 * math.sin(2 * math.pi * TONE_HERTZ * n / SAMPLES_PER_SECOND)) for n in range(TONE_SAMPLES))
    silence = bytes(2 * (recording.seconds * SAMPLES_PER_SECOND - TONE_SAMPLES))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLES_PER_SECOND)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in tone) + silence)
    return out.getvalue()
