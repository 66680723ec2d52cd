using Mingjian.Log.Entries;

namespace Mingjian.Log.Tests;

public sealed class TileTests
{
    [Fact]
    public void Paths_are_read_and_written_as_the_specification_shows()
    {
        foreach (var vector in Vectors.Read("tlog/paths.json").GetProperty("paths").EnumerateArray())
        {
            var path = new TilePath(vector.GetProperty("level").GetInt32(), vector.GetProperty("number").GetInt64(), vector.GetProperty("width").GetInt32());
            var text = vector.GetProperty("path").GetString()!;
            Assert.Equal(text, path.ToString());
            Assert.True(TilePath.TryParse(text, out var read));
            Assert.Equal(path, read);
        }
    }

    [Fact]
    public void Other_spellings_are_refused()
    {
        foreach (var text in Vectors.Read("tlog/paths.json").GetProperty("refused").EnumerateArray().Select(e => e.GetString()!))
        {
            Assert.False(TilePath.TryParse(text, out _), text);
        }
    }

    [Fact]
    public void The_largest_number_is_read_back()
    {
        var path = new TilePath(0, long.MaxValue / 1000, 256);
        Assert.True(TilePath.TryParse(path.ToString(), out var read));
        Assert.Equal(path, read);
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(0, 0, 255, 255)]
    [InlineData(0, 0, 256, 256)]
    [InlineData(0, 1, 256, 0)]
    [InlineData(0, 1, 257, 1)]
    [InlineData(1, 0, 255, 0)]
    [InlineData(1, 0, 256, 1)]
    [InlineData(0, -1, 257, 0)]
    [InlineData(0, long.MaxValue, 257, 0)]
    [InlineData(0, 1L << 56, 257, 0)]
    [InlineData(8, 0, long.MaxValue, 0)]
    public void A_tile_is_as_wide_as_the_log_makes_it(int level, long number, long size, int width) =>
        Assert.Equal(width, Tile.Width(level, number, size));

    [Fact]
    public void A_bundle_is_a_length_and_an_entry_each()
    {
        byte[] bundle = EntryBundle.Encode([[1, 2], [], [3]]);
        Assert.Equal([0, 2, 1, 2, 0, 0, 0, 1, 3], bundle);
        Assert.Equal([[1, 2], [], [3]], EntryBundle.Decode(bundle, 3)!);
        Assert.Null(EntryBundle.Decode(bundle, 2));
        Assert.Null(EntryBundle.Decode(bundle, 4));
        Assert.Null(EntryBundle.Decode(bundle.AsSpan(0, 8), 3));
        Assert.Null(EntryBundle.Decode([.. bundle, 0], 3));
        Assert.Empty(EntryBundle.Decode([], 0)!);
    }

    [Fact]
    public void An_entry_has_at_most_65535_bytes()
    {
        Assert.Equal(2 + LogEntry.MaxSize, EntryBundle.Encode([new byte[LogEntry.MaxSize]]).Length);
        Assert.Throws<ArgumentException>(() => EntryBundle.Encode([new byte[LogEntry.MaxSize + 1]]));
    }
}
