using System.Diagnostics;
using System.Globalization;

namespace Mingjian.Testing;

/// <summary>A real etcd cluster of our own on free loopback ports, its data in a temporary folder.</summary>
/// <remarks>Nothing is skipped: where no etcd is installed the tests fail and say so. Members die and the folder goes with the fixture, or with the process.</remarks>
public sealed class EtcdFixture : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"mingjian-etcd-{Guid.NewGuid():N}");
    private readonly List<Member> _members = [];
    private readonly TestCertificates? _certificates;
    private readonly string[] _extra;

    private EtcdFixture(TestCertificates? certificates, string[] extra)
    {
        _certificates = certificates;
        _extra = extra;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>Client addresses, by member.</summary>
    public IReadOnlyList<Uri> Endpoints => [.. _members.Select(m => m.Client)];

    /// <summary>Addresses between members.</summary>
    public IReadOnlyList<Uri> Peers => [.. _members.Select(m => m.Peer)];

    /// <summary>Free ports and folders for a cluster, nothing started.</summary>
    public static EtcdFixture Prepare(int members, TestCertificates? certificates = null, params string[] extra)
    {
        var fixture = new EtcdFixture(certificates, extra);
        var scheme = certificates is null ? "http" : "https";
        var ports = LoopbackPort.Free(3 * members);
        for (var i = 0; i < members; i++)
        {
            fixture._members.Add(new Member(
                $"m{i}", Local(scheme, ports[3 * i]), Local("http", ports[(3 * i) + 1]), Local("http", ports[(3 * i) + 2])));
        }

        Directory.CreateDirectory(fixture._folder);
        return fixture;
    }

    /// <summary>Starts a cluster and waits until it answers.</summary>
    /// <param name="members">How many; 1 is fastest.</param>
    /// <param name="certificates">Mutual TLS with common names as users; null for plain http.</param>
    /// <param name="extra">Further options of etcd, the same for every member.</param>
    public static async Task<EtcdFixture> StartAsync(int members = 1, TestCertificates? certificates = null, params string[] extra)
    {
        var fixture = Prepare(members, certificates, extra);
        for (var i = 0; i < members; i++)
        {
            fixture.Launch(i);
        }

        for (var i = 0; i < members; i++)
        {
            await fixture.WaitUntilHealthyAsync(i);
        }

        return fixture;
    }

    /// <summary>Where a member's data goes.</summary>
    public string DataDirectory(int member) => Path.Combine(_folder, _members[member].Name);

    /// <summary>Starts a member with a configuration file alone and waits until it answers.</summary>
    /// <param name="yaml">Must keep the fixture's addresses and data directory.</param>
    public async Task StartFromFileAsync(int member, string yaml)
    {
        var file = Path.Combine(_folder, _members[member].Name + ".yaml");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"{yaml}listen-metrics-urls: {Text(_members[member].Health)}\n"));
        Launch(member, ["--config-file", file]);
        await WaitUntilHealthyAsync(member);
    }

    /// <summary>kill -9.</summary>
    public void Kill(int member)
    {
        if (_members[member].Process is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
            _members[member].Process = null;
        }
    }

    /// <summary>Starts a killed member again on its data and waits until it answers.</summary>
    public async Task RestartAsync(int member)
    {
        Launch(member);
        await WaitUntilHealthyAsync(member);
    }

    /// <summary>Stops a member's clock: it keeps its connections and answers nothing (SIGSTOP), until <see cref="Continue"/>.</summary>
    public void Freeze(int member) => Signal(member, "-STOP");

    /// <summary>Ends <see cref="Freeze"/>.</summary>
    public void Continue(int member) => Signal(member, "-CONT");

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Remove();
        return ValueTask.CompletedTask;
    }

    private static Uri Local(string scheme, int port) => new(string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}"));

    private void Launch(int index)
    {
        var member = _members[index];
        Launch(
            index,
            [
                "--name", member.Name, "--data-dir", DataDirectory(index),
                "--listen-client-urls", Text(member.Client), "--advertise-client-urls", Text(member.Client),
                "--listen-peer-urls", Text(member.Peer), "--initial-advertise-peer-urls", Text(member.Peer),
                "--listen-metrics-urls", Text(member.Health),
                "--initial-cluster", string.Join(',', _members.Select(m => $"{m.Name}={Text(m.Peer)}")),
                "--initial-cluster-token", _folder, "--initial-cluster-state", "new",
                "--logger", "zap", "--log-level", "warn", "--log-outputs", "stderr",
                .. Tls(), .. _extra,
            ]);
    }

    private void Launch(int index, IEnumerable<string> arguments)
    {
        var member = _members[index];
        var start = new ProcessStartInfo("sh") { UseShellExecute = false, WorkingDirectory = _folder };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec etcd \"$@\" >>\"$0\" 2>&1 </dev/null");
        start.ArgumentList.Add(Path.Combine(_folder, member.Name + ".out"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        member.Process = Process.Start(start) ?? throw new InvalidOperationException("sh did not start.");
    }

    private string[] Tls() => _certificates is null
        ? []
        : ["--client-cert-auth", "--trusted-ca-file", _certificates.AuthorityFile, "--enable-grpc-gateway=false",
            .. _certificates.Issue("etcd-server", server: true) is var (certificate, key) ? (string[])["--cert-file", certificate, "--key-file", key] : []];

    private async Task WaitUntilHealthyAsync(int index)
    {
        var member = _members[index];
        var started = Stopwatch.StartNew();
        while (started.Elapsed < TimeSpan.FromSeconds(30))
        {
            if (member.Process is not { HasExited: false })
            {
                break;
            }

            try
            {
                using var answer = await Http.GetAsync(new Uri(member.Health, "/health"));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
            }

            await Task.Delay(50);
        }

        var output = Path.Combine(_folder, member.Name + ".out");
        throw new InvalidOperationException(
            $"etcd {member.Name} does not answer. Is it installed (apt-get install etcd-server)? "
            + (File.Exists(output) ? await File.ReadAllTextAsync(output) : string.Empty));
    }

    private void Signal(int member, string signal)
    {
        using var kill = Process.Start("kill", [signal, _members[member].Process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static string Text(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    private void OnExit(object? sender, EventArgs e) => Remove();

    private void Remove()
    {
        for (var i = 0; i < _members.Count; i++)
        {
            Kill(i);
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private sealed class Member(string name, Uri client, Uri peer, Uri health)
    {
        public string Name { get; } = name;

        public Uri Client { get; } = client;

        public Uri Peer { get; } = peer;

        public Uri Health { get; } = health;

        public Process? Process { get; set; }
    }
}
