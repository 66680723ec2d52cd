using System.Security.Cryptography;
using System.Text;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Engine;
using Mingjian.Server.Channel;

namespace Mingjian.Server.Setup;

/// <summary>The one-time code that lets whoever started the server found the network; shown on the console, never logged or stored.</summary>
/// <remarks>All web processes of a node show the same: its token and the network's name give it. About 59 random bits. Ten wrong guesses close setup until the next start. Worthless once the network is founded.</remarks>
internal sealed class SetupCode(ILedger ledger, INodeStanding node, WebIdentity? web = null)
{
    private const int MaxGuesses = 10;
    private const int Letters = 12;

    // Without 0/O and 1/I/L, which people mix up: 31 characters.
    private const string Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    private int _wrong;

    /// <summary>Three groups of four characters.</summary>
    public string Text { get; } = web is null ? Make(RandomNumberGenerator.GetBytes(Letters)) : Make(web.Token.Derive($"setup code of {web.Network}"));

    /// <summary>Setup is this node's business and not done, and guesses are left. In a network the ledger takes it from the first node alone.</summary>
    public bool MayOpen => Volatile.Read(ref _wrong) < MaxGuesses && node.Place is { } place && (!place.Shared || place.Number == First)
        && ledger.ReadState().Get(OrganizationsState.TopKey) is null;

    /// <summary>The code can be used now: in a network the agreement comes first, because it says who sets up.</summary>
    public bool IsOpen => MayOpen && (node.Place is { Shared: false } || ledger.ReadState().Nodes() is not null);

    private int First => ledger.ReadState().Nodes()?.At(ledger.Head.Height + 1).Seats[0].Node.Number ?? 1;

    public bool Check(string? text)
    {
        if (!IsOpen)
        {
            return false;
        }

        var given = (text ?? string.Empty).Trim().Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(Text)))
        {
            return true;
        }

        Interlocked.Increment(ref _wrong);
        return false;
    }

    private static string Make(ReadOnlySpan<byte> random)
    {
        // 256 is no multiple of 31: eight of the characters come up a ninth oftener than the others, which costs less than a tenth of a bit.
        var letters = new char[Letters];
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = Alphabet[random[i] % Alphabet.Length];
        }

        return $"{new string(letters, 0, 4)}-{new string(letters, 4, 4)}-{new string(letters, 8, 4)}";
    }
}
