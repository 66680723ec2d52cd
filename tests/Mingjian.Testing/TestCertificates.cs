using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mingjian.Testing;

/// <summary>An authority of our own and the certificates that a test needs, as PEM files in a temporary folder.</summary>
public sealed class TestCertificates : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mingjian-tls-").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private readonly DateTimeOffset _from = DateTimeOffset.UtcNow.AddHours(-1);
    private readonly DateTimeOffset _until = DateTimeOffset.UtcNow.AddHours(12);
    private int _issued;

    public TestCertificates()
    {
        var request = new CertificateRequest("CN=Mingjian test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        _authority = request.CreateSelfSigned(_from, _until);
        AuthorityFile = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
    }

    /// <summary>The authority's certificate.</summary>
    public string AuthorityFile { get; }

    /// <summary>A certificate and its key.</summary>
    /// <param name="name">Common name: for a client the etcd user.</param>
    /// <param name="server">For 127.0.0.1 and localhost, instead of for a client.</param>
    /// <param name="until">When it ends; null = as late as the authority's own.</param>
    public (string Certificate, string Key) Issue(string name, bool server = false, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(server ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        if (server)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(_authority, _from, until ?? _until, RandomNumberGenerator.GetBytes(12));
        var path = Path.Combine(_folder, $"{Interlocked.Increment(ref _issued)}");
        File.WriteAllText(path + ".crt", certificate.ExportCertificatePem());
        File.WriteAllText(path + ".key", key.ExportPkcs8PrivateKeyPem());
        return (path + ".crt", path + ".key");
    }

    /// <summary>A list of revoked certificates, DER.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="certificates">Files of <see cref="Issue"/>.</param>
    public void Revoke(string path, params IEnumerable<string> certificates)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (var file in certificates)
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            list.AddEntry(certificate);
        }

        File.WriteAllBytes(path, list.Build(_authority, 1, _until, HashAlgorithmName.SHA256, thisUpdate: _from));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
