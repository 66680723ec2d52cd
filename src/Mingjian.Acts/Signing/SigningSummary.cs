namespace Mingjian.Acts.Signing;

/// <summary>What a person is about to sign, in plain Chinese, computed from the very bytes that get signed.</summary>
/// <param name="Title">For example <c>登记党费缴纳 25 笔</c>.</param>
/// <param name="Facts">About the whole: totals, network, validity.</param>
/// <param name="Acts">One for each transaction, in order.</param>
public sealed record SigningSummary(string Title, IReadOnlyList<SummaryFact> Facts, IReadOnlyList<ActSummary> Acts);

/// <param name="Command">The command's name on the ledger.</param>
/// <param name="Title">The act as a verb phrase.</param>
/// <param name="Facts">Everything that the act fixes.</param>
/// <param name="Warning">What is special or cannot be taken back; null when nothing is.</param>
public sealed record ActSummary(string Command, string Title, IReadOnlyList<SummaryFact> Facts, string? Warning = null);

/// <summary>A label and a value.</summary>
public sealed record SummaryFact(string Label, string Value);
