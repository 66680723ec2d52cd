using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Messages;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Engine.Execution;

/// <summary>Writes entries of acts byte for byte as <see cref="TransactionEntry"/> and <see cref="RefusalEntry"/> encode them, without building one.</summary>
/// <remarks>The envelope's canonical bytes are copied as they are. Not safe for concurrent use.</remarks>
internal sealed class EntryWriter
{
    private readonly CanonicalWriter _json = new();

    /// <summary>The entry, or null when it would be larger than an entry may be.</summary>
    /// <param name="logged">Given back when it is the same.</param>
    public byte[]? Write(
        ReadOnlySpan<byte> envelope, IReadOnlyList<Actor> actors, IReadOnlyList<(EventRoute Route, IEvent Event)> events,
        long height, LedgerTime time, byte[]? logged)
    {
        _json.Clear();
        WriteActors(actors);
        _json.Raw("],\"envelope\":"u8);
        _json.Raw(envelope);
        WriteEvents(events);
        _json.Raw(",\"height\":"u8);
        _json.Number(height);
        _json.Raw(",\"time\":"u8);
        _json.Time(time);
        _json.Raw(",\"type\":\"transaction\"}"u8);
        var written = _json.Written;
        return written.Length > LogEntry.MaxSize ? null : written.SequenceEqual(logged) ? logged : written.ToArray();
    }

    /// <summary>The entry of a refusal: nothing that came with the act but its id.</summary>
    public byte[] WriteRefusal(RefusalCode code, long height, Hash32 id, LedgerTime time)
    {
        _json.Clear();
        _json.Raw("{\"code\":"u8);
        _json.Text(code);
        _json.Raw(",\"height\":"u8);
        _json.Number(height);
        _json.Raw(",\"id\":"u8);
        _json.Text(id);
        _json.Raw(",\"time\":"u8);
        _json.Time(time);
        _json.Raw(",\"type\":\"refusal\"}"u8);
        return _json.Written.ToArray();
    }

    private void WriteActors(IReadOnlyList<Actor> actors)
    {
        _json.Raw("{\"actors\":["u8);
        for (var i = 0; i < actors.Count; i++)
        {
            _json.Raw(i == 0 ? "{\"key\":"u8 : ",{\"key\":"u8);
            _json.Text(actors[i].PublicKey);
            if (actors[i].Member is { } member)
            {
                _json.Raw(",\"member\":"u8);
                _json.Text(member);
            }

            _json.End();
        }
    }

    private void WriteEvents(IReadOnlyList<(EventRoute Route, IEvent Event)> events)
    {
        _json.Raw(",\"events\":["u8);
        for (var i = 0; i < events.Count; i++)
        {
            var (route, happened) = events[i];
            _json.Raw(i == 0 ? "{\"body\":"u8 : ",{\"body\":"u8);
            RecordCodec.Of(route.Message.Json).Write(_json, happened);
            _json.Raw(",\"name\":\""u8);
            _json.Raw(route.Name);
            _json.Raw("\"}"u8);
        }

        _json.Raw("]"u8);
    }
}
