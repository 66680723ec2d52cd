using Mingjian.Contracts.Tests.Histories;

namespace Mingjian.Contracts.Tests.Nodes;

public sealed class NodesDigestTests
{
    [Theory]
    [InlineData(1, "a32128ccb7b49951c3834011a960435a80904a123c5b26bd9b6d66fe5b27b895")]
    public void Histories_of_nodes_give_the_recorded_digest_of_their_protocol(int protocol, string recorded) =>
        Digests.Hold(recorded, (seed, digest) => NodesHistory.Run(seed, protocol, digest));
}
