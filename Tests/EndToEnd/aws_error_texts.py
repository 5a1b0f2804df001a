"""The texts of Amazon Transcribe's errors, and its jobs, for all of the tests' upstreams."""

JOB_NOT_FOUND_TEXT = "The requested job couldn't be found. Check the job name and try your request again."
AWS_ERROR_TEXT = "arn:aws:iam::123456789012:role/secret-words"


def job(name, **members):
    return {
        "MedicalTranscriptionJobName": name, "TranscriptionJobStatus": "COMPLETED", "CreationTime": 1795500524.671,
        "StartTime": 1795500525.188, "CompletionTime": 1795500535.376,
        "LanguageCode": "en-US", "Specialty": "PRIMARYCARE",
        "Transcript": {"TranscriptFileUri": f"https://s3.us-east-1.amazonaws.com/b/medical/{name}.json"},
    } | members


def summary(name, **members):
    """What the list says of a running job."""
    return {
        "MedicalTranscriptionJobName": name, "TranscriptionJobStatus": "IN_PROGRESS", "CreationTime": 1795500524.671,
        "StartTime": 1795500525.188, "LanguageCode": "en-US", "Specialty": "PRIMARYCARE",
        "OutputLocationType": "CUSTOMER_BUCKET", "Type": "CONVERSATION",
    } | members
