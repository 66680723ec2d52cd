using System.Net.Sockets;

namespace Mingjian.Engine.Tests;

/// <summary>What everybody is told of a peer's fault names no machine.</summary>
public sealed class PeerFaultsTests
{
    public static TheoryData<Exception> Faults =>
    [
        new HttpRequestException("Connection refused (node-3.party.example:5180)", new SocketException(111)),
        new HttpRequestException(HttpRequestError.NameResolutionError, "Name or service not known (node-3.party.example:5180)"),
        new HttpRequestException("https://node-3.party.example:5180/ledger/checkpoint", null, System.Net.HttpStatusCode.BadGateway),
        new IOException("Unable to read data from the transport connection: 10.0.0.3:5180"),
        new TimeoutException("https://node-3.party.example:5180/ did not answer"),
        new TaskCanceledException("node-3.party.example:5180"),
        new UnauthorizedAccessException("/var/lib/mingjian/node-3.party.example"),
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public void No_address_port_or_path_is_said(Exception fault)
    {
        var said = PeerFaults.Describe(fault);
        Assert.NotEmpty(said);
        foreach (var part in new[] { "node-3", "party.example", "5180", "10.0.0.3", "/var", "http" })
        {
            Assert.DoesNotContain(part, said, StringComparison.Ordinal);
        }
    }
}
