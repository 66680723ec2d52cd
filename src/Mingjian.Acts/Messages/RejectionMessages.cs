using System.Collections.Frozen;
using System.Globalization;

namespace Mingjian.Acts.Messages;

/// <summary>A refusal in plain Chinese.</summary>
/// <param name="Code">Stable, for example <c>dues/1413</c>.</param>
/// <param name="Name">The enum member's name.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record RejectionMessage(string Code, string Name, string What, string Mend)
{
    /// <summary>Both sentences, for a problem's detail.</summary>
    public string Text => What + Mend;
}

/// <summary>The one catalogue of refusals: every code of every contract and of admission, each once. A test holds it complete.</summary>
public static class RejectionMessages
{
    private static readonly FrozenDictionary<string, RejectionMessage> ByCode = All().ToFrozenDictionary(m => m.Code, StringComparer.Ordinal);

    /// <summary>Every message, in the order of precedence within each contract.</summary>
    public static IEnumerable<RejectionMessage> All() =>
        [.. AdmissionMessages.All, .. OrganizationsMessages.All, .. MembersMessages.All, .. DuesMessages.All, .. NodesMessages.All];

    /// <summary>The message of a code, or null for a code that this version does not know.</summary>
    public static RejectionMessage? Find(string code) => ByCode.GetValueOrDefault(code);

    /// <summary>The message of a code; for an unknown one a sentence that names it.</summary>
    public static RejectionMessage For(string code) =>
        Find(code) ?? new RejectionMessage(code, "Unknown", $"账本未接受此操作（代码 {code}）。", "请刷新页面后重试；仍不成功，请把代码告诉管理员。");

    internal static RejectionMessage Of<TReason>(string contract, TReason reason, string what, string mend)
        where TReason : struct, Enum =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"{contract}/{Convert.ToInt32(reason, CultureInfo.InvariantCulture)}"),
            reason.ToString(), what, mend);
}
