using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Histories;

/// <summary>Random acts over <see cref="World"/>: mostly sensible, some absurd. Each contract has its own source, so that its digest is its own.</summary>
internal abstract class CommandSource(Random64 random, TestLedger ledger)
{
    private static readonly MemberId[] People =
        [.. Enumerable.Range(10, 13).Select(Member), Member(1), Member(30), Member(31), Member(40), Member(999)];

    private static readonly MemberId[] Payers = [World.Wang, World.Retired, World.CollectorA, World.Probationer, World.SecretaryA, World.OfficerTop];

    private static readonly OrganizationId[] Places =
        [World.Top, World.General, World.BranchA, World.BranchB, World.BranchD, Organization(201), Organization(999)];

    protected Random64 Random => random;

    protected TestLedger Ledger => ledger;

    public abstract (ICommand Command, Actor[] Actors) Next();

    protected IEnumerable<T> Some<T>(Func<T> make) => Enumerable.Range(0, 1 + random.Below(3)).Select(_ => make()).ToList();

    protected Actor[] Staff() => random.Below(10) switch
    {
        < 5 => [By(World.CollectorA), By(World.SecretaryA)],
        < 7 => [By(World.CollectorA), By(World.SecretaryA), By(World.OfficerTop)],
        7 => [By(World.SecretaryA)],
        8 => [By(World.CollectorA)],
        _ => [random.OneIn(3) ? Unbound(77) : By(Person())],
    };

    protected Actor[] Officer() => random.Below(8) switch
    {
        < 4 => [By(World.OfficerTop)],
        < 7 => [By(World.Founder)],
        _ => Staff(),
    };

    /// <summary>Defined values mostly, and now and then one that is not.</summary>
    protected T Enumerate<T>()
        where T : struct, Enum => random.OneIn(60) ? (T)Enum.ToObject(typeof(T), random.Pick(0, 77)) : random.Pick(Enum.GetValues<T>());

    protected MemberId Person() => random.Pick(People);

    protected MemberId Payer() => random.OneIn(15) ? Person() : random.Pick(Payers);

    protected OrganizationId Place() => random.Pick(Places);

    protected Month AnyMonth() => Month.Of(ledger.Time.BeijingDate).AddMonths(random.OneIn(8) ? random.Below(40) - 36 : random.Below(7) - 4);

    protected DateOnly Date() => ledger.Time.BeijingDate.AddDays(random.OneIn(8) ? random.Below(4_000) - 3_000 : -random.Below(12));

    protected Amount Sum() => random.Below(6) switch
    {
        0 => Amount.Zero,
        1 => new Amount(-1),
        2 => new Amount(100_000 + random.Below(3) - 1),
        3 => DuesLimits.Largest + new Amount(random.Below(3) - 1),
        _ => new Amount(random.Below(20_000)),
    };
}
