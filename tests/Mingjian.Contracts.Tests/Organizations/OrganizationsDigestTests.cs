using Mingjian.Contracts.Tests.Histories;

namespace Mingjian.Contracts.Tests.Organizations;

public sealed class OrganizationsDigestTests
{
    [Theory]
    [InlineData(1, "8d20f6be0cb5e540baca363f523e5bbfda2a574596a1f379f9e135b77230fa12")]
    public void Histories_of_organizations_give_the_recorded_digest_of_their_protocol(int protocol, string recorded) =>
        Digests.Hold(recorded, (seed, digest) => History.Run(seed, (random, ledger) => new OrganizationsCommands(random, ledger), protocol, digest));
}
