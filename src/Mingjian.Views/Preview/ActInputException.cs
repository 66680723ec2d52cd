using Mingjian.Acts.Messages;

namespace Mingjian.Views.Preview;

/// <summary>Input that can only be refused; the message is Chinese and says how to mend it.</summary>
public abstract class ActInputException(string message) : Exception(message);

/// <summary>An act that the ledger would refuse as it stands now, in the refusal's own words.</summary>
public sealed class ActRefusedException(RejectionMessage refusal, string? about = null)
    : ActInputException(about is null ? refusal.Text : $"{about}：{refusal.Text}")
{
    public RejectionMessage Refusal => refusal;
}
