using System.Net;
using Microsoft.Data.Sqlite;
using Mingjian.Testing;

namespace Mingjian.Server.Tests;

/// <summary>A server whose disk (tmpfs) is filled to the last byte. Mounting needs root.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mingjian-disk-");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task On_a_full_disk_signing_in_says_why_it_fails_reading_goes_on_and_with_space_so_does_signing_in()
    {
        using var disk = SmallDisk.TryMount(_directory.FullName, 512);
        if (disk is null)
        {
            Assert.Skip("Mounting a small disk needs root.");
        }

        await using var server = await RunningServer.OpenAsync(demo: true, _directory.FullName);
        using var member = server.Open();
        await member.SignInAsDemoAsync("member");
        disk.Fill();

        // Free pages of the database take a few rows yet; a sign-in is no act, the ledger is not touched.
        HttpResponseMessage refused;
        var tries = 0;
        do
        {
            using var other = server.Open();
            refused = await other.AnswerAsync(await other.ChallengeAsync(), member.Key);
        }
        while (refused.IsSuccessStatusCode && ++tries < 1_000);

        Assert.Equal(HttpStatusCode.InsufficientStorage, refused.StatusCode);
        Assert.Equal("server/disk-full", await refused.CodeAsync());

        // What pools do after some idle minutes: the next connection finds no room to make an index of the write-ahead log anew.
        SqliteConnection.ClearAllPools();

        // Long enough for the session's use to be noted again, which fails, too.
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await member.IsSignedInAsync());
        Assert.Equal(HttpStatusCode.OK, (await member.Client.GetAsync("/my")).StatusCode);

        disk.Empty();
        using var again = server.Open();
        Assert.Equal(HttpStatusCode.NoContent, (await again.AnswerAsync(await again.ChallengeAsync(), member.Key)).StatusCode);
        Assert.True(await again.IsSignedInAsync());
    }
}
