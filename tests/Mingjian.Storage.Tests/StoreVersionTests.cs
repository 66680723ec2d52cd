using System.Security.Cryptography;
using System.Text;
using Mingjian.Engine.Store;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Storage.Tests;

/// <summary>The version mark of a ledger's store.</summary>
public sealed class StoreVersionTests : IDisposable
{
    // A newline and the digest of all before it, 44 characters and a newline.
    private const int Tail = 45;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mingjian-store-version-");

    private string Store => Path.Combine(_folder.FullName, "store");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_store_of_a_newer_program_is_refused_before_anything_is_opened_and_nothing_is_written()
    {
        Fill();
        Mark("mingjian-files@v2");
        var before = Listing();
        var writing = Assert.Throws<StoreVersionException>(() => RocksDbBlockStore.Open(Store));
        Assert.Throws<StoreVersionException>(() => RocksDbBlockStore.OpenReadOnly(Store));
        Assert.Throws<StoreVersionException>(() => StoreLook.Of(Store));
        Assert.Contains("store/newer-version", writing.Message, StringComparison.Ordinal);
        Assert.Contains("mingjian-files@v2", writing.Message, StringComparison.Ordinal);
        Assert.Contains(StoreLook.Version, writing.Message, StringComparison.Ordinal);
        Assert.Equal(before, Listing());

        // The right program finds everything.
        Mark(StoreLook.Version);
        using var store = RocksDbBlockStore.Open(Store);
        Assert.Equal(2, store.Head!.Height);
    }

    [Fact]
    public void What_is_no_version_mark_is_damage()
    {
        Fill();
        Mark("something else");
        Assert.Equal(typeof(StoreCorruptException), Record.Exception(() => RocksDbBlockStore.Open(Store))!.GetType());
    }

    [Fact]
    public void A_look_says_how_far_a_store_is_and_whether_somebody_writes_and_changes_nothing()
    {
        Assert.Null(StoreLook.Of(Store));
        using (var store = RocksDbBlockStore.Open(Store))
        {
            store.Commit(OneEntryBlock.Of(1, [1]));
            Assert.Equal(new StoreLook(true, 1, 1), StoreLook.Of(Store));
        }

        var before = Listing();
        Assert.Equal(new StoreLook(false, 1, 1), StoreLook.Of(Store));
        Assert.Equal(before, Listing());
    }

    private void Fill()
    {
        using var store = RocksDbBlockStore.Open(Store);
        store.Commit(OneEntryBlock.Of(1, [1]));
        store.Commit(OneEntryBlock.Of(2, [2]));
    }

    private void Mark(string version)
    {
        var path = Path.Combine(Store, "files");
        var text = File.ReadAllText(path)[..^Tail];
        text = version + text[text.IndexOf('\n', StringComparison.Ordinal)..];
        File.WriteAllText(path, text + Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(text))) + "\n");
    }

    private string Listing() => string.Join(
        '\n',
        Directory.GetFiles(Store, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{f} {File.GetLastWriteTimeUtc(f).Ticks} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}"));
}
