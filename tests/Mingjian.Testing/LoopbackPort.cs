using System.Net;
using System.Net.Sockets;

namespace Mingjian.Testing;

/// <summary>Free ports of this machine's loopback.</summary>
public static class LoopbackPort
{
    /// <summary>Ports that nobody uses now.</summary>
    public static int[] Free(int count)
    {
        // All held at once, so that no two are the same.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        listeners.ForEach(l => l.Dispose());
        return ports;
    }
}
