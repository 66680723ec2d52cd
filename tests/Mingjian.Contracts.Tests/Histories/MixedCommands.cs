using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Dues;
using Mingjian.Contracts.Tests.Members;
using Mingjian.Contracts.Tests.Organizations;
using Mingjian.Contracts.Tests.Support;

namespace Mingjian.Contracts.Tests.Histories;

/// <summary>Acts of all contracts over one ledger, for what has to hold between them. No digest is recorded of it.</summary>
internal sealed class MixedCommands(Random64 random, TestLedger ledger) : CommandSource(random, ledger)
{
    private readonly OrganizationsCommands _organizations = new(random, ledger);
    private readonly MembersCommands _members = new(random, ledger);
    private readonly DuesCommands _dues = new(random, ledger);

    public override (ICommand Command, Actor[] Actors) Next() => Random.Below(20) switch
    {
        < 16 => _dues.Next(),
        < 18 => _organizations.Next(),
        _ => _members.Next(),
    };
}
