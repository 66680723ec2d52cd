using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Engine.Admission;

/// <summary>One submitted envelope on its way, with the answer that somebody waits for.</summary>
internal sealed class Submission(SubmittedAct act)
{
    private readonly TaskCompletionSource<SubmitResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SubmittedAct Act { get; } = act;

    public ReadOnlyMemory<byte> Envelope => Act.Bytes;

    public Task<SubmitResult> Answer => _answer.Task;

    /// <summary>The clock's timestamp when it came.</summary>
    public required long Accepted { get; init; }

    /// <summary>Default until the envelope could be read.</summary>
    public Hash32 TransactionId { get; set; }

    /// <summary>Set when admission refuses; null when <see cref="Admitted"/> is set.</summary>
    public AdmissionRejection? Refusal { get; set; }

    public AdmittedTransaction? Admitted { get; set; }

    /// <summary>Who signed, by the state that admission saw; empty until <see cref="Admitted"/> is set.</summary>
    public IReadOnlyList<Actor> Actors { get; set; } = [];

    /// <summary>Whose act it is: the actor that the payload names as its signer; null until <see cref="Admitted"/> is set.</summary>
    public Actor? Maker { get; set; }

    /// <summary>Why the state that admission saw refuses it; null when it does not, or was not asked.</summary>
    public Rejection? Rejection { get; set; }

    public void Refuse(Refusal refusal) => _answer.TrySetResult(new SubmitResult(TransactionId, null, null, refusal));

    public void Finish(SubmitResult result) => _answer.TrySetResult(result);

    public void Fail(Exception error) => _answer.TrySetException(error);
}
