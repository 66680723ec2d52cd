using System.Globalization;
using System.Text;
using Mingjian.Log.Notes;

namespace Mingjian.Log.Witnessing;

/// <summary>Why a checkpoint does not satisfy a policy. Declared in order of precedence.</summary>
public enum PolicyFault
{
    None = 0,

    /// <summary>Not a checkpoint.</summary>
    Form = 1,

    /// <summary>A signature with the name and id of a known key does not verify, or a known key signs twice.</summary>
    Signature = 2,

    /// <summary>No log of the policy signed it under its own name.</summary>
    Log = 3,

    /// <summary>Too few of the witnesses cosigned it.</summary>
    Quorum = 4,
}

/// <summary>What a policy found in a checkpoint.</summary>
/// <param name="Witnesses">Policy names of the witnesses whose cosignatures hold.</param>
public sealed record PolicyResult(PolicyFault Fault, Checkpoint? Checkpoint, IReadOnlyList<string> Witnesses);

/// <summary>Which logs and which witnesses a verifier demands: a C2SP tlog-policy file.</summary>
public sealed class WitnessPolicy
{
    /// <summary>Largest file in bytes.</summary>
    public const int MaxSize = 64 * 1024;

    /// <summary>Most logs, witnesses and groups each.</summary>
    public const int MostOfEach = 64;

    private const string None = "none";

    private readonly Dictionary<string, NoteKey> _witnesses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Needed, string[] Members)> _groups = new(StringComparer.Ordinal);
    private readonly List<NoteKey> _logs = [];
    private string? _quorum;

    private WitnessPolicy()
    {
    }

    /// <summary>The logs' keys; each key's name is the log's origin.</summary>
    public IReadOnlyList<NoteKey> Logs => _logs;

    /// <summary>Reads a policy file.</summary>
    /// <exception cref="FormatException">Not one; the message names the line.</exception>
    public static WitnessPolicy Parse(ReadOnlySpan<byte> bytes)
    {
        // Octets, not characters: names with the high bit set are opaque.
        if (bytes.Length > MaxSize || bytes.ContainsAnyInRange<byte>(0, 8) || bytes.ContainsAnyInRange<byte>(11, 31) || bytes.Contains((byte)127))
        {
            throw new FormatException($"a policy has at most {MaxSize} bytes and no control characters but tab and newline.");
        }

        var policy = new WitnessPolicy();
        var members = new HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in Encoding.Latin1.GetString(bytes).Split('\n'))
        {
            number++;
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && !words[0].StartsWith('#') && !policy.TryAdd(words, members))
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {number} is no line of a policy: {line.Trim()}"));
            }
        }

        return policy._quorum is null ? throw new FormatException("the policy has no quorum line.") : policy;
    }

    /// <summary>Checks a note against the policy. Unknown signers are passed over.</summary>
    public PolicyResult Check(SignedNote note)
    {
        if (Checkpoint.Parse(note.Text) is not { } checkpoint)
        {
            return new(PolicyFault.Form, null, []);
        }

        var text = note.TextBytes;
        var isLogged = false;
        var seen = new HashSet<NoteKey>();
        var cosigned = new HashSet<string>(StringComparer.Ordinal);
        foreach (var signature in note.Signatures)
        {
            var log = _logs.Find(k => signature.Claims(k));
            var witness = _witnesses.FirstOrDefault(w => signature.Claims(w.Value));
            if ((log ?? witness.Value) is not { } key)
            {
                continue;
            }

            if (!key.Verify(signature, text, out _) || !seen.Add(key))
            {
                return new(PolicyFault.Signature, checkpoint, [.. cosigned]);
            }

            if (log is null)
            {
                cosigned.Add(witness.Key);
            }
            else
            {
                isLogged |= string.Equals(log.Name, checkpoint.Origin, StringComparison.Ordinal);
            }
        }

        return new(!isLogged ? PolicyFault.Log : Holds(_quorum!, cosigned) ? PolicyFault.None : PolicyFault.Quorum, checkpoint, [.. cosigned]);
    }

    private bool Holds(string name, HashSet<string> cosigned) => name == None
        || (_groups.TryGetValue(name, out var group) ? group.Members.Count(m => Holds(m, cosigned)) >= group.Needed : cosigned.Contains(name));

    private bool TryAdd(string[] words, HashSet<string> members) => words[0] switch
    {
        "log" => words.Length is 2 or 3 && _logs.Count < MostOfEach && Key(words[1], NoteKeyType.Ed25519) is { } key && Fresh(_logs, key) && Add(key),
        "witness" => words.Length is 3 or 4 && _witnesses.Count < MostOfEach && IsFree(words[1])
            && Key(words[2], NoteKeyType.Cosignature) is { } key && Fresh(_witnesses.Values, key) && _witnesses.TryAdd(words[1], key),
        "group" => words.Length > 3 && _groups.Count < MostOfEach && IsFree(words[1]) && TryAddGroup(words[1], words[2], words[3..], members),
        "quorum" => words.Length == 2 && _quorum is null && (words[1] == None || IsKnown(words[1])) && (_quorum = words[1]) is not null,
        _ => false,
    };

    private bool Add(NoteKey key)
    {
        _logs.Add(key);
        return true;
    }

    private bool TryAddGroup(string name, string needed, string[] names, HashSet<string> members)
    {
        // A name may be a member once in the whole file, so that nobody counts twice.
        var count = needed switch
        {
            "all" => names.Length,
            "any" => 1,
            _ => int.TryParse(needed, NumberStyles.None, CultureInfo.InvariantCulture, out var k) ? k : 0,
        };
        return count >= 1 && count <= names.Length && Array.TrueForAll(names, n => IsKnown(n) && members.Add(n)) && _groups.TryAdd(name, (count, names));
    }

    private bool IsKnown(string name) => _witnesses.ContainsKey(name) || _groups.ContainsKey(name);

    private bool IsFree(string name) => name != None && !IsKnown(name);

    private static bool Fresh(IEnumerable<NoteKey> known, NoteKey key) => known.All(k => !k.PublicKey.Span.SequenceEqual(key.PublicKey.Span));

    // A vkey's name is UTF-8.
    private static NoteKey? Key(string vkey, NoteKeyType type) =>
        NoteKey.TryParse(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(vkey)), out var key) && key!.Type == type ? key : null;
}
