using System.Globalization;
using System.Text.Json;
using Mingjian.Server.Configuration;

namespace Mingjian.Server.Access;

/// <summary>Who read which entries, and when.</summary>
/// <param name="Reader"><c>audit NAME</c>, <c>witness NAME</c> or <c>node N</c>.</param>
/// <param name="From">The first request.</param>
/// <param name="To">The last one; equal to <paramref name="From"/> in the line that is written when somebody begins to read.</param>
/// <param name="Requests">How many.</param>
/// <param name="Entries">Ranges of entry numbers, ascending: <c>0-4095,9984-10239</c>. Where there are many, near ones are taken together.</param>
public sealed record AccessUse(string Reader, DateTimeOffset From, DateTimeOffset To, int Requests, string Entries)
{
    /// <summary>The newest uses, oldest first; empty where nobody has read.</summary>
    /// <param name="directory">The network's data directory.</param>
    /// <param name="most">Lines at most.</param>
    public static IReadOnlyList<AccessUse> Read(string directory, int most)
    {
        var path = Path.Combine(directory, AccessLog.FileName);
        var uses = new List<AccessUse>();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            try
            {
                if (JsonSerializer.Deserialize(line, AccessJson.Default.AccessUse) is { } use)
                {
                    uses.Add(use);
                }
            }
            catch (JsonException)
            {
                // A line that a crash has cut off.
            }
        }

        return uses.Count > most ? uses[^most..] : uses;
    }
}

/// <summary>Keeps the record of reads: one line when somebody begins, and one with all that was read when they have been quiet for a while.</summary>
internal sealed partial class AccessLog(ServerOptions options, TimeProvider clock, ILogger<AccessLog> logger) : BackgroundService
{
    /// <summary>In the network's data directory, readable by its owner alone.</summary>
    public const string FileName = "access.log";

    /// <summary>Quiet for so long: what follows is another reading.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    private const int MaxRanges = 16;

    /// <summary>Then the file is put aside as <c>access.log.1</c>, in place of the one before: some thousands of readings.</summary>
    private const int MaxSize = 1 << 20;

    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Reading> _open = new(StringComparer.Ordinal);

    /// <summary>Notes one read.</summary>
    public void Note(string reader, long first, long last)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            if (_open.TryGetValue(reader, out var reading) && now - reading.To >= Quiet)
            {
                Write(reader, reading);
                reading = null;
            }

            if (reading is null)
            {
                _open[reader] = reading = new Reading(now);
                reading.Add(first, last, now);
                Write(reader, reading);
                return;
            }

            reading.Add(first, last, now);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Close(TimeSpan.Zero);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Look, clock, stoppingToken);
                Close(Quiet);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private void Close(TimeSpan quiet)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            foreach (var (reader, reading) in _open.Where(r => now - r.Value.To >= quiet).ToList())
            {
                // What was read at one go was said whole when it began.
                if (reading.Requests > 1)
                {
                    Write(reader, reading);
                }

                _open.Remove(reader);
            }
        }
    }

    private void Write(string reader, Reading reading)
    {
        var use = new AccessUse(reader, reading.From, reading.To, reading.Requests, reading.ToString());
        LogRead(use.Reader, use.Entries, use.Requests);
        try
        {
            var path = Path.Combine(options.NetworkDirectory, FileName);
            if (new FileInfo(path) is { Exists: true, Length: > MaxSize })
            {
                File.Move(path, path + ".1", overwrite: true);
            }

            using var stream = new FileStream(path, AccessGrantFile.Private(FileMode.Append));
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(use, AccessJson.Default.AccessUse));
            stream.WriteByte((byte)'\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnwritten(e.Message);
        }
    }

    [LoggerMessage(EventId = 60, Level = LogLevel.Information, Message = "{Reader} reads the entries {Entries} ({Requests} requests)")]
    private partial void LogRead(string reader, string entries, int requests);

    [LoggerMessage(EventId = 61, Level = LogLevel.Error, Message = "Who read entries could not be recorded: {Error}")]
    private partial void LogUnwritten(string error);

    private sealed class Reading(DateTimeOffset from)
    {
        private readonly List<(long First, long Last)> _ranges = [];

        public DateTimeOffset From { get; } = from;

        public DateTimeOffset To { get; private set; } = from;

        public int Requests { get; private set; }

        public void Add(long first, long last, DateTimeOffset now)
        {
            (To, Requests) = (now, Requests + 1);
            _ranges.Add((first, last));
            _ranges.Sort();
            for (var i = _ranges.Count - 1; i > 0; i--)
            {
                if (_ranges[i].First <= _ranges[i - 1].Last + 1)
                {
                    Join(i);
                }
            }

            while (_ranges.Count > MaxRanges)
            {
                Join(Enumerable.Range(1, _ranges.Count - 1).MinBy(i => _ranges[i].First - _ranges[i - 1].Last));
            }
        }

        public override string ToString() =>
            string.Join(',', _ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.First}-{r.Last}")));

        private void Join(int i)
        {
            _ranges[i - 1] = (_ranges[i - 1].First, Math.Max(_ranges[i - 1].Last, _ranges[i].Last));
            _ranges.RemoveAt(i);
        }
    }
}
