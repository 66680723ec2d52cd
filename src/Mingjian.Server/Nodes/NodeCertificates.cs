using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mingjian.Server.Nodes;

/// <summary>Until when the certificates for etcd are good that lie beside this node's own: its client's, and those of its etcd member.</summary>
internal sealed class NodeCertificates(NodeIdentity identity, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private IReadOnlyList<(string Name, DateTimeOffset Until)> _read = [];
    private DateTimeOffset _next;

    /// <summary>The earliest end; null on a node without certificates.</summary>
    public DateTimeOffset? Until => Read() is [_, ..] all ? all.Min(c => c.Until) : null;

    /// <summary>Each with its file's name without <c>.crt</c>; looked at once a minute.</summary>
    public IReadOnlyList<(string Name, DateTimeOffset Until)> Read()
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (now >= _next)
            {
                _next = now + Kept;
                _read = identity.Shared?.Etcd.Certificate is { } own && Path.GetDirectoryName(Path.GetFullPath(own)) is { } directory && Directory.Exists(directory)
                    ? [.. Directory.EnumerateFiles(directory, "*.crt").Order(StringComparer.Ordinal).Select(End).OfType<(string, DateTimeOffset)>()]
                    : [];
            }

            return _read;
        }
    }

    private static (string Name, DateTimeOffset Until)? End(string path)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
            return (Path.GetFileNameWithoutExtension(path), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
        }
        catch (Exception e) when (e is CryptographicException or IOException)
        {
            return null;
        }
    }
}
