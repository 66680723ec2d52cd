using Google.Protobuf;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;

namespace Mingjian.Ordering.Tests;

public sealed class EtcdKeysTests
{
    private readonly EtcdKeys _keys = new(NetworkId.Parse("a.example/1"));

    [Fact]
    public void Keys_read_as_what_they_were_written_as()
    {
        Assert.Equal("/mingjian/a.example%2F1/nodes/12/batches/ab-1", _keys.Batch(12, "ab-1").ToStringUtf8());
        Assert.Equal("/mingjian/a.example%2F1/nodes/12/votes/1-900", _keys.Vote(12, 1, 900).ToStringUtf8());
        Assert.Equal((EtcdKeyKind.Batch, 12, 0), Read(_keys.Batch(12, "ab-1")));
        Assert.Equal((EtcdKeyKind.Vote, 12, 900), Read(_keys.Vote(12, 1, 900)));
        Assert.Equal((EtcdKeyKind.Progress, 3, 0), Read(_keys.Progress(3)));
        Assert.Equal((EtcdKeyKind.Removed, 3, 0), Read(_keys.Removed(3)));
    }

    [Theory]
    [InlineData("nodes/0/progress")]
    [InlineData("nodes/01/progress")]
    [InlineData("nodes/-1/progress")]
    [InlineData("nodes/2147483648/progress")]
    [InlineData("nodes/99999999999999999999/progress")]
    [InlineData("nodes/1/")]
    [InlineData("nodes/1")]
    [InlineData("nodes/1/progress/")]
    [InlineData("nodes/1/batches/")]
    [InlineData("nodes/1/batches/a/b")]
    [InlineData("nodes/1/batches/ä")]
    [InlineData("nodes/1/batches/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("nodes/1/votes/1")]
    [InlineData("nodes/1/votes/-1")]
    [InlineData("nodes/1/votes/1-")]
    [InlineData("nodes/1/votes/1-01")]
    [InlineData("nodes/1/votes/2147483648-1")]
    [InlineData("nodes/1/votes/1-9999999999999999999")]
    [InlineData("charter")]
    public void Other_keys_are_nobodys(string name) =>
        Assert.Equal((EtcdKeyKind.Other, 0), (Read(ByteString.CopyFromUtf8("/mingjian/a.example%2F1/" + name)).Kind, Read(ByteString.CopyFromUtf8("/mingjian/a.example%2F1/" + name)).Node));

    [Fact]
    public void One_networks_keys_are_never_anothers()
    {
        var longer = new EtcdKeys(NetworkId.Parse("a.example/1/2"));
        Assert.Equal(EtcdKeyKind.Other, Read(longer.Batch(1, "x")).Kind);
        Assert.True(longer.Batch(1, "x").Span.SequenceCompareTo(_keys.AllEnd.Span) > 0 || longer.Batch(1, "x").Span.SequenceCompareTo(_keys.All.Span) < 0);
        Assert.False(longer.Network.StartsWith(_keys.Network, StringComparison.Ordinal));
    }

    private (EtcdKeyKind Kind, int Node, long Height) Read(ByteString key)
    {
        var kind = _keys.Read(key, out var node, out var height);
        return (kind, node, height);
    }
}
