using System.Buffers;
using System.Text.Json;
using Mingjian.Contracts.Sdk;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Engine.Execution;

/// <summary>Writes transaction entries byte for byte as <see cref="TransactionEntry"/> encodes them, without building one.</summary>
/// <remarks>The envelope's canonical bytes are copied as they are. Not safe for concurrent use.</remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The JSON writer only holds memory.")]
internal sealed class EntryWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _json;

    public EntryWriter() => _json = new Utf8JsonWriter(
        _buffer,
        new JsonWriterOptions { Encoder = LogEntryJson.CanonicalTransaction.Options.Encoder, SkipValidation = true });

    /// <summary>The entry, or null when it would be larger than an entry may be.</summary>
    public byte[]? Write(
        ReadOnlySpan<byte> envelope, IReadOnlyList<Actor> actors, IReadOnlyList<(EventRoute Route, IEvent Event)> events,
        Rejection? rejection, long height, LedgerTime time)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        WriteActors(actors);
        _json.WritePropertyName("envelope"u8);
        _json.WriteRawValue(envelope, skipInputValidation: true);
        if (rejection is null)
        {
            WriteEvents(events);
        }

        _json.WriteNumber("height"u8, height);
        if (rejection is { } refused)
        {
            _json.WriteStartObject("rejection"u8);
            _json.WriteString("contract"u8, refused.Contract);
            _json.WriteString("name"u8, refused.Name);
            _json.WriteNumber("number"u8, refused.Number);
            _json.WriteEndObject();
        }

        _json.WriteNumber("time"u8, time.Milliseconds);
        _json.WriteString("type"u8, "transaction"u8);
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenCount > LogEntry.MaxSize ? null : _buffer.WrittenSpan.ToArray();
    }

    private void WriteActors(IReadOnlyList<Actor> actors)
    {
        _json.WriteStartArray("actors"u8);
        foreach (var actor in actors)
        {
            _json.WriteStartObject();
            _json.WriteString("key"u8, actor.PublicKey.ToString());
            if (actor.Member is { } member)
            {
                _json.WriteString("member"u8, member.ToString());
            }

            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteEvents(IReadOnlyList<(EventRoute Route, IEvent Event)> events)
    {
        _json.WriteStartArray("events"u8);
        foreach (var (route, happened) in events)
        {
            _json.WriteStartObject();
            _json.WritePropertyName("body"u8);
            JsonSerializer.Serialize(_json, happened, route.Message.Json);
            _json.WriteString("name"u8, route.Message.Name);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }
}
