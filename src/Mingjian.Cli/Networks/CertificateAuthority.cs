using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mingjian.Cli.Kit;

namespace Mingjian.Cli.Networks;

/// <summary>One of the network's two authorities for etcd's mutual TLS, as PEM files in a directory of the operators.</summary>
/// <remarks>
/// Two, because a node's client certificate must not make it an etcd member. Whoever holds the key can pose as any node towards etcd, which
/// never makes anything final: votes and batches are signed with the nodes' own keys.
/// </remarks>
internal sealed class CertificateAuthority : IDisposable
{
    private const int AuthorityYears = 10;
    private const int CertificateDays = 825;
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2 _certificate;

    private CertificateAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>The certificate that others trust, PEM.</summary>
    public string Certificate => _certificate.ExportCertificatePem();

    /// <summary>A new authority in two new files.</summary>
    public static void Create(string directory, string use, string network)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=Mingjian {use} authority, O={network}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(AuthorityYears));
        PrivateFile.Write(Path.Combine(directory, use + ".key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(directory, use + ".crt"), certificate.ExportCertificatePem() + "\n");
    }

    /// <exception cref="CommandException">The files are not there, or no authority's.</exception>
    public static CertificateAuthority Open(string directory, string use)
    {
        try
        {
            return new(X509Certificate2.CreateFromPemFile(Path.Combine(directory, use + ".crt"), Path.Combine(directory, use + ".key")));
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw new CommandException($"读不了 {directory} 里的 {use} 证书机构：{e.Message}", e);
        }
    }

    /// <summary>A key of one's own and a request for a certificate; the key never leaves the directory.</summary>
    public static string Request(string keyFile, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PrivateFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem());
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
    }

    /// <summary>A certificate for the key of a request.</summary>
    /// <param name="request">PEM; its names are not looked at.</param>
    /// <param name="name">Common name: for a client the etcd user.</param>
    /// <param name="client">May open connections.</param>
    /// <param name="server">May accept connections as this host; null = may not.</param>
    /// <exception cref="CommandException">Not a request.</exception>
    public string Issue(string request, string name, bool client, string? server)
    {
        CertificateRequest asked;
        try
        {
            asked = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CommandException("节点文件里的证书请求不对。", e);
        }

        var made = new CertificateRequest(new X500DistinguishedName($"CN={name}"), asked.PublicKey, HashAlgorithmName.SHA256);
        made.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        made.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        var uses = new OidCollection();
        if (client)
        {
            uses.Add(new Oid(ClientAuthentication));
        }

        if (server is not null)
        {
            uses.Add(new Oid(ServerAuthentication));
            var names = new SubjectAlternativeNameBuilder();
            if (IPAddress.TryParse(server, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(server);
            }

            made.CertificateExtensions.Add(names.Build());
        }

        made.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, false));
        made.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        var now = TimeProvider.System.GetUtcNow();
        using var signer = _certificate.GetECDsaPrivateKey()!;
        using var issued = made.Create(
            _certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), now.AddHours(-1), now.AddDays(CertificateDays),
            RandomNumberGenerator.GetBytes(16));
        return issued.ExportCertificatePem() + "\n";
    }

    /// <summary>A list of this authority's certificates that count no more (RFC 5280, section 5), DER: what was on it before, and some more.</summary>
    /// <param name="present">The list so far; null = there is none.</param>
    /// <param name="serials">Serial numbers as the certificates have them.</param>
    public byte[] Revoke(byte[]? present, IEnumerable<byte[]> serials)
    {
        var number = BigInteger.Zero;
        var list = present is null ? new CertificateRevocationListBuilder() : CertificateRevocationListBuilder.Load(present, out number);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var serial in serials)
        {
            list.AddEntry(serial, now);
        }

        return list.Build(_certificate, number + 1, now.AddYears(AuthorityYears), HashAlgorithmName.SHA256, thisUpdate: now);
    }

    public void Dispose() => _certificate.Dispose();
}
