using Mingjian.Cli.Kit;
using Mingjian.Vault;

namespace Mingjian.Cli.Tests;

/// <summary>The file of master keys, as an operator changes it; what the server then does is held by Mingjian.Vault.Tests.</summary>
public sealed class VaultCommandTests
{
    [Fact]
    public async Task A_new_master_key_is_added_and_the_old_one_taken_out_later()
    {
        var folder = Directory.CreateTempSubdirectory("mingjian-vault-cli-").FullName;
        try
        {
            var file = Path.Combine(folder, "vault.key");
            MasterKeys.Create().Write(file);
            var old = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            Assert.Equal(ExitCodes.Ok, (await Cli.RunAsync("vault", "rotate", file)).Code);
            Assert.Equal(2, MasterKeys.Read(file)!.Current);
            Assert.StartsWith(old, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal(ExitCodes.Ok, (await Cli.RunAsync("vault", "retire", file)).Code);
            var left = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            Assert.DoesNotContain("\n1:", left, StringComparison.Ordinal);
            Assert.Contains("\n2:", left, StringComparison.Ordinal);
            Assert.NotEqual(ExitCodes.Ok, (await Cli.RunAsync("vault", "rotate", Path.Combine(folder, "nothing"))).Code);
            Assert.False(File.Exists(Path.Combine(folder, "nothing")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
