using System.Net;
using CloudOptimizedDicom.Storage;

namespace CloudOptimizedDicom.Tests.Protocol;

internal static class Verdicts
{
    public static bool IsApplied(this Verdict verdict) => verdict is Verdict.Apply or Verdict.LoseAfter or Verdict.KillAfter;

    public static bool IsKilled(this Verdict verdict) => verdict is Verdict.KillBefore or Verdict.KillAfter;

    /// <summary>What the caller of a request gets instead of its answer; null where it gets the answer, or nothing at all.</summary>
    public static ObjectRequestException? ToException(this Verdict verdict, StoreRequest request) => verdict switch
    {
        Verdict.Refuse => new ObjectRequestException(request.Operation, request.Name, "403") { Status = HttpStatusCode.Forbidden },
        Verdict.Unavailable => new ObjectRequestException(request.Operation, request.Name, "503")
        {
            Status = HttpStatusCode.ServiceUnavailable,
            MayHaveApplied = request.IsChange,
        },
        Verdict.LoseBefore or Verdict.LoseAfter => new ObjectRequestException(request.Operation, request.Name, "the connection broke")
        {
            MayHaveApplied = request.IsChange,
        },
        _ => null,
    };
}
