using System.Globalization;
using Mingjian.Testing;

namespace Mingjian.Interop.Tests;

/// <summary>The Go program go/main.go, built once from Debian's packages without network.</summary>
internal static class GoVerifier
{
    private const string Packages = "golang-go golang-golang-x-mod-dev";
    private static readonly Lazy<Task<string>> Built = new(BuildAsync);

    public static async Task<(int Code, string Output)> VerifyAsync(
        string prefix, string logKey, string nodeKey, int step, params IReadOnlyList<string> older) =>
        await OtherProgram.RunAsync(
            await Built.Value, Packages, [prefix, logKey, nodeKey, step.ToString(CultureInfo.InvariantCulture), .. older]);

    private static async Task<string> BuildAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"mingjian-go-{Environment.UserName}");
        Directory.CreateDirectory(folder);
        var binary = Path.Combine(folder, $"verifier-{Environment.ProcessId}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(binary);
        var (code, output) = await OtherProgram.RunAsync(
            "go",
            Packages,
            ["build", "-o", binary, Repository.File("tests", "Mingjian.Interop.Tests", "go", "main.go")],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["GO111MODULE"] = "off",
                ["GOPATH"] = "/usr/share/gocode",
                ["GOCACHE"] = Path.Combine(folder, "cache"),
                ["GOFLAGS"] = string.Empty,
                ["GOTOOLCHAIN"] = "local",
            });
        Assert.True(code == 0, $"The Go program did not build (apt-get install {Packages}):\n{output}");
        return binary;
    }
}
