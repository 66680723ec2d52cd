using Microsoft.EntityFrameworkCore;
using Mingjian.Storage.Sql;

namespace Mingjian.Vault.Tests;

public sealed class MasterKeysTests
{
    private const string Zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    [Theory]
    [InlineData("")]
    [InlineData("# remark only")]
    [InlineData("1")]
    [InlineData("1:abc")]
    [InlineData("0:" + Zeros)]
    [InlineData("1:" + Zeros + ",1:" + Zeros)]
    [InlineData("1:AAAA")]
    public void A_malformed_key_text_is_refused(string text) =>
        Assert.Equal(VaultFault.MasterKeyMalformed, Assert.Throws<VaultException>(() => MasterKeys.Parse(text)).Fault);

    [Fact]
    public void The_highest_version_is_current() => Assert.Equal(3, MasterKeys.Parse($"3:{Zeros}\n# x\n1:{Zeros}").Current);

    [Fact]
    public void The_key_file_is_readable_by_its_owner_alone()
    {
        var folder = Directory.CreateTempSubdirectory("mingjian-key-");
        var file = Path.Combine(folder.FullName, "keys", "vault.key");
        MasterKeys.Create().Write(file);
        Assert.Equal(1, MasterKeys.Read(file)!.Current);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.Contains("备份", File.ReadAllText(file), StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_first_start_makes_the_key_and_a_lost_key_is_never_replaced()
    {
        using var test = await TestVault.CreateAsync(SqlProvider.Sqlite);
        await using (var context = test.CreateDbContext())
        {
            await context.Keys.ExecuteDeleteAsync();
        }

        var file = Path.Combine(Path.GetDirectoryName(test.DatabaseFile)!, "vault.key");
        using (var first = new VaultAccess(test, new VaultSettings(file), TimeProvider.System))
        {
            await first.GetAsync();
        }

        Assert.True(File.Exists(file));
        using (var again = new VaultAccess(test, new VaultSettings(file), TimeProvider.System))
        {
            await again.GetAsync();
        }

        using (var given = new VaultAccess(test, new VaultSettings("/nowhere/key", await File.ReadAllTextAsync(file)), TimeProvider.System))
        {
            await given.GetAsync();
        }

        File.Delete(file);
        using var lost = new VaultAccess(test, new VaultSettings(file), TimeProvider.System);
        Assert.Equal(VaultFault.MasterKeyMissing, (await Assert.ThrowsAsync<VaultException>(async () => await lost.GetAsync())).Fault);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_start_with_a_newer_key_rewraps_everything_so_that_the_old_one_can_go()
    {
        using var test = await TestVault.CreateAsync(SqlProvider.Sqlite);
        var staged = await test.Vault.StageAsync(null, [TestVault.Person(1)]);
        var file = Path.Combine(Path.GetDirectoryName(test.DatabaseFile)!, "vault.key");
        var ring = test.Master.WithNewKey();
        ring.Write(file);
        using (var access = new VaultAccess(test, new VaultSettings(file), TimeProvider.System))
        {
            Assert.False((await access.GetAsync()).IsRotationDue);
        }

        ring.OnlyCurrent().Write(file);
        using var after = new VaultAccess(test, new VaultSettings(file), TimeProvider.System);
        Assert.NotNull(await (await after.GetAsync()).FindRecordAsync(staged[0].Member));
    }
}
