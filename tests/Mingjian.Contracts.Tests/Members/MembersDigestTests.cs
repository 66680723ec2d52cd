using Mingjian.Contracts.Tests.Histories;

namespace Mingjian.Contracts.Tests.Members;

public sealed class MembersDigestTests
{
    [Theory]
    [InlineData(1, "6a966b12dc0d7e2c72aa6f57af865235638971faf1c11f69dba164c0b620d411")]
    public void Histories_of_members_give_the_recorded_digest_of_their_protocol(int protocol, string recorded) =>
        Digests.Hold(recorded, (seed, digest) => History.Run(seed, (random, ledger) => new MembersCommands(random, ledger), protocol, digest));
}
