using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mingjian.Testing;

namespace Mingjian.Server.Tests.Apart;

/// <summary>A node with a certificate of its organisation's own authority, and web processes that know this authority or another.</summary>
public sealed class WebTlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-tls-").FullName;

    [Fact]
    public async Task A_web_process_trusts_the_authority_that_it_is_told_and_shows_its_token_to_nobody_else()
    {
        var port = LoopbackPort.Free(1)[0].ToString(CultureInfo.InvariantCulture);
        var (certificate, key, authority) = Issue("own");
        var (_, _, another) = Issue("another");
        await using var apart = await ApartProcesses.StartAsync(
            ("Kestrel:Endpoints:Plain:Url", "http://127.0.0.1:0"), ("Kestrel:Endpoints:Tls:Url", $"https://127.0.0.1:{port}"),
            ("Kestrel:Endpoints:Tls:Certificate:Path", certificate), ("Kestrel:Endpoints:Tls:Certificate:KeyPath", key));

        var web = await apart.StartWebAsync("web-a", ("Mingjian:Web:Node", $"https://localhost:{port}/"), ("Mingjian:Web:Authority", authority));
        using var secretary = await WebApartTests.SignInAsync(apart, web);
        using var answer = await secretary.SubmitAsync(secretary.Sign(WebApartTests.Payment(apart)));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        foreach (var (name, settings) in new (string, (string, string)[])[]
        {
            ("another", [("Mingjian:Web:Node", $"https://localhost:{port}/"), ("Mingjian:Web:Authority", another)]),
            ("nobody", [("Mingjian:Web:Node", $"https://localhost:{port}/")]),

            // Another name than the certificate's.
            ("name", [("Mingjian:Web:Node", $"https://127.0.0.1:{port}/"), ("Mingjian:Web:Authority", authority)]),
        })
        {
            var doubtful = await apart.StartWebAsync(name, settings);
            Assert.NotNull(await WebApartTests.ReasonAsync(doubtful));
            await ApartProcesses.EventuallyAsync(
                () => Task.FromResult(doubtful.Output.Contains("certificate is invalid", StringComparison.Ordinal)), $"{name}: the log says that it is the certificate");
            await doubtful.StopAsync();
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>A server's certificate for <c>localhost</c>, its key, and the authority it comes from.</summary>
    private (string Certificate, string Key, string Authority) Issue(string name)
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(from, until);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, until, RandomNumberGenerator.GetBytes(8));
        return (Write(name + ".pem", certificate.ExportCertificatePem()), Write(name + ".key", key.ExportPkcs8PrivateKeyPem()), Write(name + "-ca.pem", authority.ExportCertificatePem()));
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_directory, name);
        File.WriteAllText(file, text);
        return file;
    }
}
