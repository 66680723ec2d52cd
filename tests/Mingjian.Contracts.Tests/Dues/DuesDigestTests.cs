using Mingjian.Contracts.Tests.Histories;

namespace Mingjian.Contracts.Tests.Dues;

public sealed class DuesDigestTests
{
    [Theory]
    [InlineData(1, "ceebedbd45a80e022c7fb5b9bb97c80cf57af10430315adddcd68a12483391e0")]
    [InlineData(2, "2bed73e92b152cc49621666f59c06915c3fb32f833f57375880ee708f7e6972c")]
    public void Histories_of_dues_give_the_recorded_digest_of_their_protocol(int protocol, string recorded) =>
        Digests.Hold(recorded, (seed, digest) => History.Run(seed, (random, ledger) => new DuesCommands(random, ledger), protocol, digest));
}
