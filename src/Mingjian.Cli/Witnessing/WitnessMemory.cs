using System.Globalization;
using System.Text;

namespace Mingjian.Cli.Witnessing;

/// <summary>The notes that a witness cosigned for one log, in a file that only grows: the last one counts.</summary>
/// <remarks>
/// Appended and synced, never replaced: a name that a power cut takes back would let the witness forget what it has said. A record is
/// <c>note &lt;bytes&gt;\n</c> and the note; what a crash cut off at the end was never answered, and is cut away at the next start.
/// </remarks>
internal sealed class WitnessMemory : IDisposable
{
    /// <summary>Beyond this the file begins anew with the newest note alone; a crash meanwhile leaves the old file, which ends with it, too.</summary>
    public const long MostBytes = 4 << 20;

    private const string Header = "note ";
    private const int LongestHeader = 20;

    private readonly string _path;
    private FileStream _file;

    private WitnessMemory(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="newest">The last whole note; null when there is none.</param>
    /// <exception cref="InvalidDataException">The file is damaged before its end.</exception>
    /// <exception cref="IOException">Another process has it open.</exception>
    public static WitnessMemory Open(string path, out string? newest)
    {
        newest = null;
        var file = OpenFile(path);
        try
        {
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var end = 0;
            while (end < bytes.Length)
            {
                var line = bytes.AsSpan(end, Math.Min(LongestHeader, bytes.Length - end));
                var length = line.IndexOf((byte)'\n');
                if (length < 0 && line.Length < LongestHeader)
                {
                    break;
                }

                var header = Encoding.ASCII.GetString(line[..Math.Max(0, length)]);
                if (!header.StartsWith(Header, StringComparison.Ordinal)
                    || !int.TryParse(header[Header.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                {
                    throw new InvalidDataException($"{path} is damaged at byte {end}.");
                }

                if (size > bytes.Length - end - length - 1)
                {
                    break;
                }

                newest = Encoding.UTF8.GetString(bytes, end + length + 1, size);
                end += length + 1 + size;
            }

            file.SetLength(end);
            file.Position = end;
            return new WitnessMemory(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds a note; durable when it returns.</summary>
    public void Write(string note)
    {
        if (_file.Length > MostBytes)
        {
            BeginAnew(note);
            return;
        }

        var end = _file.Position;
        try
        {
            Append(_file, note);
        }
        catch
        {
            // Half a record must not stay in front of the next one.
            _file.SetLength(end);
            _file.Position = end;
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private void BeginAnew(string note)
    {
        // The old file first, so that it holds whatever is said, should the new name be lost.
        Append(_file, note);
        var fresh = OpenFile(_path + ".new");
        fresh.SetLength(0);
        Append(fresh, note);
        File.Move(_path + ".new", _path, overwrite: true);
        _file.Dispose();
        _file = fresh;
    }

    private static void Append(FileStream file, string note)
    {
        var bytes = Encoding.UTF8.GetBytes(note);
        file.Write([.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Header}{bytes.Length}\n")), .. bytes]);
        file.Flush(flushToDisk: true);
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
}
