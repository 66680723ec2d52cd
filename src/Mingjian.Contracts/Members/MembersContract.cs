using System.Text.Json.Serialization;
using Mingjian.Contracts.Sdk;

namespace Mingjian.Contracts.Members;

/// <summary>Commands of the contract <c>members</c>.</summary>
public abstract record MembersCommand : ICommand;

/// <summary>Events of the contract <c>members</c>; stored for ever, fields are added, never renamed.</summary>
public abstract record MembersEvent : IEvent;

/// <summary>The contract <c>members</c>: rosters, invitations and the keys that speak for people.</summary>
/// <remarks>One act more is a file of its own, one line in the list and one in the forms below.</remarks>
public sealed class MembersContract() : Contract("members", MembersJson.Forms,
[
    new Act<ImportMembers, MembersImported>(ImportMembersRules.Decide, ImportMembersRules.Apply),
    new Act<WithdrawImport, ImportWithdrawn>(WithdrawImportRules.Decide, WithdrawImportRules.Apply),
    new Act<IssueInvitation, InvitationIssued>(IssueInvitationRules.Decide, IssueInvitationRules.Apply),
    new Act<ConfirmInvitation, InvitationConfirmed>(ConfirmInvitationRules.Decide, ConfirmInvitationRules.Apply),
    new Act<WithdrawInvitation, InvitationWithdrawn>(WithdrawInvitationRules.Decide, WithdrawInvitationRules.Apply),
    new Act<BindKey, KeyBound>(BindKeyRules.Decide, BindKeyRules.Apply),
    new Act<RevokeKey, KeyRevoked>(RevokeKeyRules.Decide, RevokeKeyRules.Apply),
]);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ImportMembers)), JsonSerializable(typeof(MembersImported))]
[JsonSerializable(typeof(WithdrawImport)), JsonSerializable(typeof(ImportWithdrawn))]
[JsonSerializable(typeof(IssueInvitation)), JsonSerializable(typeof(InvitationIssued))]
[JsonSerializable(typeof(ConfirmInvitation)), JsonSerializable(typeof(InvitationConfirmed))]
[JsonSerializable(typeof(WithdrawInvitation)), JsonSerializable(typeof(InvitationWithdrawn))]
[JsonSerializable(typeof(BindKey)), JsonSerializable(typeof(KeyBound))]
[JsonSerializable(typeof(RevokeKey)), JsonSerializable(typeof(KeyRevoked))]
[JsonSerializable(typeof(MemberRecord))]
[JsonSerializable(typeof(IdentityRecord))]
[JsonSerializable(typeof(ImportRecord))]
[JsonSerializable(typeof(ImportChunkRecord))]
[JsonSerializable(typeof(ImportUseRecord))]
internal sealed partial class MembersJson : JsonSerializerContext
{
    public static Forms Forms { get; } = new(new MembersJson());
}
